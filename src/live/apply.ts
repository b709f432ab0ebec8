import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Plan } from '../plan/plan.ts';
import { udpServices } from '../plan/udp-connections.ts';
import type { Ruleset } from '../ruleset/ast.ts';
import { canonicalRuleset } from '../ruleset/canonical.ts';
import type { Delta } from '../ruleset/delta.ts';
import { digestOf } from '../ruleset/digest.ts';
import { cleanUdpConnections } from './conntrack.ts';
import type { Host } from './host.ts';
import { readStamps } from './kernel-tables.ts';
import type { LockResult } from './lock.ts';
import { removeIptablesRules } from './other-backend.ts';
import { differenceFrom, type Held, heldRuleset, reconcile, type Wanted } from './reconcile.ts';
import { guardRemovals } from './removal-guard.ts';
import { retirePins } from './retire-pins.ts';
import type { Revision } from './revision.ts';
import { pruneRevisions } from './revision-store.ts';
import { type Sysctl, setSysctls } from './sysctl.ts';

export interface ApplyOptions {
  readonly stateDirectory: string;
  readonly lock: () => Promise<LockResult>;
  /** List the kernel even when the stamp says that nothing changed, and repair what others changed. */
  readonly verify: boolean;
  /** Percent of the kernel's Services that may go; undefined: any number. */
  readonly maxRemovals: number | undefined;
  readonly sysctls: readonly Sysctl[];
  /** Seconds since 1970. */
  readonly now: () => number;
}

export type ApplyOutcome =
  | { readonly kind: 'up-to-date'; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: 'applied';
      readonly revision: Revision;
      /** What was sent; undefined when the tables were replaced whole. */
      readonly delta: Delta | undefined;
      /** Warnings of what came after the change: pins, connections, sysctls, the state file. */
      readonly diagnostics: readonly Diagnostic[];
    }
  /** Nothing was changed. */
  | { readonly kind: 'refused' | 'guarded'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'lock-timeout' };

/** What the kernel should hold, of what the compiler gave. */
export function wantedFrom(plan: Plan, ruleset: Ruleset): Wanted {
  const canonical = canonicalRuleset(ruleset);
  return { ruleset, canonical, digest: digestOf(canonical), udpServices: udpServices(plan) };
}

/**
 * Makes the kernel hold the ruleset by sending what differs, in one transaction under a lock, then does
 * what rules alone cannot: moves on clients of lost endpoints, removes stale UDP connections, sets
 * sysctls. The rules go first: route_localnet must not be on without the guard (N10).
 */
export async function applyRuleset(
  host: Host,
  plan: Plan,
  ruleset: Ruleset,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const locked = await options.lock();
  if (locked.kind === 'timeout') return { kind: 'lock-timeout' };
  if (locked.kind === 'unavailable')
    return { kind: 'refused', diagnostics: [noLock(locked.reason)] };
  try {
    return await applyLocked(host, plan, wantedFrom(plan, ruleset), options);
  } finally {
    await locked.lock.release();
  }
}

async function applyLocked(
  host: Host,
  plan: Plan,
  wanted: Wanted,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const { stateDirectory, verify, maxRemovals, sysctls, now } = options;
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  const held = await heldRuleset(host, stateDirectory, stamps, verify);
  const objections =
    maxRemovals === undefined ? [] : guardRemovals(held.ruleset, wanted.canonical, maxRemovals);
  if (objections.length > 0) return { kind: 'guarded', diagnostics: objections };

  const drift = driftOf(held, wanted);
  const outcome = await reconcile(host, stateDirectory, held, wanted, now());
  if (outcome.kind === 'refused') return outcome;
  if (outcome.kind === 'up-to-date')
    return {
      kind: 'up-to-date',
      diagnostics: [...outcome.diagnostics, ...(await setSysctls(host, sysctls))],
    };

  const { revision, delta } = outcome;
  const diagnostics = [
    ...drift,
    ...outcome.diagnostics,
    ...(await retirePins(host, wanted.ruleset, held.source === 'kernel' ? undefined : delta)),
    ...(udpChanged(held, wanted) ? await cleanUdpConnections(host, plan) : []),
    ...(await setSysctls(host, sysctls)),
    ...(stamps.ip === undefined && stamps.ip6 === undefined ? await removeIptablesRules(host) : []),
  ];
  await pruneRevisions(stateDirectory);
  return { kind: 'applied', revision, delta, diagnostics };
}

/** C1: only changed endpoints of UDP Services make natc look through the connections. */
const udpChanged = (held: Held, wanted: Wanted): boolean =>
  JSON.stringify(held.stored?.udpServices) !== JSON.stringify(wanted.udpServices);

/** Says that somebody else changed natc's tables, when they were listed and are not what was stored. */
function driftOf(held: Held, wanted: Wanted): readonly Diagnostic[] {
  if (held.source !== 'kernel' || held.stored === undefined) return [];
  const drift = differenceFrom(held, { ...wanted, canonical: held.stored.ruleset });
  const count = drift === undefined ? 0 : drift.operations.length + drift.cleanup.length;
  if (drift !== undefined && count === 0) return [];
  return [
    {
      code: 'NATC5026',
      severity: 'warning',
      message:
        drift === undefined
          ? "natc's tables could not be read and were replaced"
          : `natc's tables had been changed by somebody else in ${count} places; repaired`,
      places: [],
      hint: 'natc status lists them before the repair',
    },
  ];
}

export const noLock = (reason: string): Diagnostic => ({
  code: 'NATC5020',
  severity: 'error',
  message: `no lock: ${reason}`,
  places: [],
  hint: 'natc needs flock (package util-linux) and a directory it can write: --state-dir',
});
