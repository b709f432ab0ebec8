import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { announce } from '../../host/change/after-apply.ts';
import type { ApplyOptions } from '../../host/change/apply-options.ts';
import { noSteps } from '../../host/change/apply-step.ts';
import type { Leftovers, SearchedHost } from '../../host/change/leftovers.ts';
import { objectionToWaiting, retireLeftovers } from '../../host/change/leftovers.ts';
import type { ApplyPlan } from '../../host/change/plan-apply.ts';
import { planApply } from '../../host/change/plan-apply.ts';
import type { EndedFlows } from '../../host/machine/conntrack.ts';
import { wakeTables } from '../../host/machine/dormant.ts';
import type { Host } from '../../host/machine/host.ts';
import { chainReader, type ReadChains } from '../../host/machine/kernel-chains.ts';
import { otherProxies } from '../../host/machine/other-proxies.ts';
import { forgetPending, unconfirmed } from '../../host/state/confirmation.ts';
import { flowChange } from '../../host/state/flow-state.ts';
import { noLock } from '../../host/state/no-lock.ts';
import type { Revision } from '../../host/state/revision.ts';
import { allowAgain, objectionToUnconfirmed } from '../../host/state/unconfirmed.ts';
import { type FlowChange, type FlowService, flowServices } from '../../plan/flows.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Ruleset } from '../ast.ts';
import { flowServicesOf } from '../canonical/served-flows.ts';
import { servedAddresses } from '../canonical/service-names.ts';
import { writeRuleset } from '../canonical/write.ts';
import { canonicalOf, digestOf } from '../canonical/written.ts';
import type { Delta } from '../delta.ts';
import type { FamilyFragments } from '../layout/build.ts';
import { type AfterApply, doAfterApply, markDone } from './after-apply.ts';
import { changesInWords } from './changes.ts';
import { awaitConfirmation } from './confirmation.ts';
import { ownTables, stampedFamilies } from './dormant.ts';
import { readStamps } from './kernel-tables.ts';
import { loadLastApply } from './last-apply.ts';
import {
  changedIn,
  commonRevision,
  type DesiredRuleset,
  differenceFrom,
  familiesOf,
  isStamped,
  type ObservedRuleset,
  observeRuleset,
} from './observed.ts';
import { reconcile } from './reconcile.ts';
import { guardRemovals } from './removal-guard.ts';
import { hasRevision } from './revision-store.ts';

export type ApplyOutcome =
  | {
      readonly kind: 'up-to-date';
      readonly ended: EndedFlows['ended'];
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      readonly kind: 'applied';
      readonly revision: Revision;
      /** What was sent; undefined when the tables were replaced whole. */
      readonly delta: Delta | undefined;
      /** The same in words. */
      readonly changes: string;
      /** UDP and SCTP connections to endpoints that are gone. */
      readonly ended: EndedFlows['ended'];
      /** Warnings of what came after the change: affinity, connections, sysctls, the state file. */
      readonly diagnostics: readonly Diagnostic[];
    }
  /** Nothing was changed. */
  | { readonly kind: 'refused' | 'guarded'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'lock-timeout' };

/** How this backend applies: it has what natc left in the others removed. */
export interface NftablesApplyOptions extends ApplyOptions {
  readonly others: readonly Leftovers[];
}

/** What natc has in the kernel, for what the others say of their rules. */
export const besides = 'its tables in nftables';

/** What the kernel should hold, of what the compiler gave. */
export function desiredFrom(output: {
  readonly plan: Plan;
  readonly ruleset: Ruleset;
  readonly fragments: readonly FamilyFragments[];
}): DesiredRuleset {
  const written = writeRuleset(output.fragments);
  return {
    ruleset: () => output.ruleset,
    written,
    digest: digestOf(written),
    flowServices: flowServices(output.plan),
  };
}

/**
 * Makes the kernel hold the ruleset by sending what differs, in one transaction under a lock, then does
 * what rules alone cannot (see {@link doAfterApply}).
 */
export async function applyRuleset(
  host: Host,
  desired: DesiredRuleset,
  options: NftablesApplyOptions,
): Promise<ApplyOutcome> {
  const locked = await options.lock();
  if (locked.kind === 'timeout') return { kind: 'lock-timeout' };
  if (locked.kind === 'unavailable')
    return { kind: 'refused', diagnostics: [noLock(locked.reason)] };
  try {
    options.onStep?.('locked');
    return await applyLocked(host, desired, options);
  } finally {
    await locked.lock.release();
  }
}

async function applyLocked(
  host: Host,
  desired: DesiredRuleset,
  options: NftablesApplyOptions,
): Promise<ApplyOutcome> {
  const { stateDirectory, verify, now, onStep = noSteps } = options;
  const { others, confirmation, chains = chainReader(host) } = options;
  const searched = { host, stateDirectory, chains };
  const objection =
    confirmation === undefined ? await objectionToUnconfirmed(stateDirectory, desired.digest) : [];
  if (objection.length > 0) return { kind: 'guarded', diagnostics: objection };
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  const last = await loadLastApply(stateDirectory);
  const isCurrent =
    !verify && isStamped(stamps, desired) && (await hasRevision(stateDirectory, desired.digest));
  if (isCurrent) {
    const { diagnostics, refuse } = await proxyObjections(host, desired, options.force, chains);
    if (refuse) return { kind: 'guarded', diagnostics };
    const awake = await wakeTables(host, ownTables(stampedFamilies(stamps)));
    if (awake.kind === 'refused') return awake;
    const { lookAt } = planApply({ kind: 'stamped' }, desired, last);
    const flows = await flowChange(stateDirectory, desired.flowServices, []);
    const number = commonRevision(stamps)?.number ?? 0;
    const rest = await finish(host, desired, undefined, extentOf(lookAt), flows, number, options);
    const left = await retireLeftovers(others, searched, besides);
    const all = [...diagnostics, ...awake.diagnostics, ...rest.diagnostics, ...left];
    return { kind: 'up-to-date', ended: rest.ended, diagnostics: all };
  }

  const observed = await observeRuleset(
    host,
    stateDirectory,
    stamps,
    verify ? undefined : desired.written,
  );
  onStep('kernel-read');
  const objections = await objectionsTo(host, observed, desired, options, chains);
  if (objections.refuse) return { kind: 'guarded', diagnostics: objections.diagnostics };

  const tables = ownTables(stampedFamilies(stamps));
  const awake = await wakeTables(host, tables, ownTables(observed.dormant));
  if (awake.kind === 'refused') return awake;
  const warnings = [...objections.diagnostics, ...awake.diagnostics, ...driftOf(observed)];
  const obstacles = await confirmationObstacles(options, observed, desired, searched);
  if (obstacles.length > 0) return { kind: 'refused', diagnostics: obstacles };
  const flows = await flowChange(stateDirectory, desired.flowServices, flowsBefore(observed));
  const notAnnounced = await announce(stateDirectory, flows);
  const outcome = await reconcile(host, stateDirectory, observed, desired, last, now(), onStep);
  if (confirmation !== undefined && outcome.kind !== 'changed') await forgetPending(stateDirectory);
  if (outcome.kind === 'refused') return outcome;
  if (outcome.kind === 'up-to-date') {
    const { lookAt } = outcome;
    const number = commonRevision(stamps)?.number ?? 0;
    const rest = await finish(host, desired, undefined, extentOf(lookAt), flows, number, options);
    const left = await retireLeftovers(others, searched, besides);
    const diagnostics = [...warnings, ...outcome.diagnostics, ...rest.diagnostics, ...left];
    return { kind: 'up-to-date', ended: rest.ended, diagnostics };
  }

  // Another ruleset than the one that nobody confirmed.
  await allowAgain(stateDirectory).catch(() => {});
  const { revision, delta, lookAt } = outcome;
  const extent = extentOf(lookAt, delta);
  const rest = await finish(
    host,
    desired,
    changedIn(observed, desired),
    extent,
    flows,
    revision.number,
    options,
  );
  const left = await retireLeftovers(others, searched, besides);
  const told = notAnnounced.filter(({ code }) => !outcome.diagnostics.some((d) => d.code === code));
  const diagnostics = [...warnings, ...told, ...outcome.diagnostics, ...rest.diagnostics, ...left];
  const changes = changesInWords(delta);
  return { kind: 'applied', revision, delta, changes, ended: rest.ended, diagnostics };
}

/** What keeps a change from waiting to be confirmed; nothing where it need not. */
async function confirmationObstacles(
  { stateDirectory, confirmation, others, now }: NftablesApplyOptions,
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  searched: SearchedHost,
): Promise<readonly Diagnostic[]> {
  if (confirmation === undefined) return [];
  const objection = await objectionToWaiting(others, searched);
  return objection.length > 0
    ? objection
    : awaitConfirmation(stateDirectory, confirmation, observed, desired, now());
}

/** @param delta what was sent */
const extentOf = (lookAt: ApplyPlan['lookAt'], delta?: Delta): AfterApply['extent'] =>
  lookAt === 'difference' ? { delta } : lookAt;

/** Only an apply that did everything counts as the last one: another one does what this could not. */
async function finish(
  host: Host,
  { written, digest }: DesiredRuleset,
  changed: ReadonlySet<string> | undefined,
  extent: AfterApply['extent'],
  flows: FlowChange | undefined,
  revision: number,
  { stateDirectory, sysctls, input, onStep = noSteps }: ApplyOptions,
): Promise<EndedFlows> {
  // What others had left undone is looked for everywhere.
  const services = extent === 'everything' ? undefined : changed;
  const canonical = () => canonicalOf(written, services);
  const after = { canonical, flows, extent, sysctls, revision };
  const done = await doAfterApply(host, stateDirectory, after, onStep);
  if (done.diagnostics.length > 0) return done;
  const diagnostics = await markDone(
    stateDirectory,
    {
      digest,
      families: familiesOf(written),
      input: input?.fingerprint,
      warnings: input?.warnings ?? 0,
      sysctls,
      served: input?.served,
    },
    onStep,
  );
  return { ended: done.ended, diagnostics };
}

/** What was served before, where the state directory does not say: what the kernel has tells. */
const flowsBefore = ({ stored, ruleset }: ObservedRuleset): readonly FlowService[] =>
  stored?.flowServices ?? (ruleset === undefined ? [] : flowServicesOf(canonicalOf(ruleset)));

interface Objections {
  readonly refuse: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** What stands against changing the kernel; a dry run asks too. */
export async function objectionsTo(
  host: Host,
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  options: Pick<ApplyOptions, 'stateDirectory' | 'maxRemovals' | 'force' | 'now'>,
  chains: ReadChains = chainReader(host),
): Promise<Objections> {
  const { stateDirectory, maxRemovals, force, now } = options;
  const guards = [
    ...(await unconfirmed(stateDirectory, now())),
    ...(maxRemovals === undefined
      ? []
      : guardRemovals(observed.ruleset, desired.written, maxRemovals)),
  ];
  const proxies = await proxyObjections(host, desired, force, chains);
  return {
    refuse: guards.length > 0 || proxies.refuse,
    diagnostics: [...guards, ...proxies.diagnostics],
  };
}

async function proxyObjections(
  host: Host,
  desired: DesiredRuleset,
  force: boolean,
  chains: ReadChains,
): Promise<Objections> {
  const diagnostics = await otherProxies(
    host,
    () => servedAddresses(canonicalOf(desired.written)),
    force,
    chains,
  );
  return { refuse: diagnostics.some(({ severity }) => severity === 'error'), diagnostics };
}

/** Says that somebody else changed natc's tables, when they were listed and are not what was stored. */
function driftOf(observed: ObservedRuleset): readonly Diagnostic[] {
  if (observed.source !== 'kernel' || observed.stored === undefined) return [];
  const drift = differenceFrom(observed, { written: observed.stored.ruleset });
  const count = drift === undefined ? 0 : drift.operations.length + drift.cleanup.length;
  if (drift !== undefined && count === 0) return [];
  return [
    {
      code: 'NATC5026',
      severity: 'warning',
      message:
        drift === undefined
          ? "natc's tables could not be read and were replaced"
          : `natc's tables had been changed by somebody else in ${count} ${count === 1 ? 'place' : 'places'}; repaired`,
      places: [],
      hint:
        drift === undefined
          ? 'find out who does it: other programs must leave these two tables alone'
          : 'natc status lists such changes while they are there',
    },
  ];
}
