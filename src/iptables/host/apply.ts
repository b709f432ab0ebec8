import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { announce, endFlows } from '../../host/change/after-apply.ts';
import type { ApplyOptions } from '../../host/change/apply-options.ts';
import type { Leftovers } from '../../host/change/leftovers.ts';
import { objectionToWaiting, retireLeftovers } from '../../host/change/leftovers.ts';
import { guardServices } from '../../host/change/removal-guard.ts';
import type { EndedFlows } from '../../host/machine/conntrack.ts';
import type { Host } from '../../host/machine/host.ts';
import { findIptables, type IptablesTools, isTools } from '../../host/machine/iptables-tools.ts';
import { chainReader, type ReadChains } from '../../host/machine/kernel-chains.ts';
import { otherProxies } from '../../host/machine/other-proxies.ts';
import { forgetPending, unconfirmed } from '../../host/state/confirmation.ts';
import { flowChange } from '../../host/state/flow-state.ts';
import { noLock } from '../../host/state/no-lock.ts';
import { setSysctlsFor } from '../../host/state/set-sysctls.ts';
import { stateNotWritten } from '../../host/state/state-directory.ts';
import { allowAgain, objectionToUnconfirmed } from '../../host/state/unconfirmed.ts';
import { type FlowChange, flowServices } from '../../plan/flows.ts';
import type { Plan } from '../../plan/plan.ts';
import { iptablesDelta } from '../delta.ts';
import { iptablesRulesets } from '../layout/build.ts';
import { renderIptablesTables } from '../render/iptables-tables.ts';
import { servedAddressesIn, tablesFlowServices, tablesServices } from '../tables.ts';
import { awaitConfirmation } from './confirmation.ts';
import { wakeIptables } from './dormant.ts';
import { areInPlace, readIptablesStamps } from './kernel-tables.ts';
import { loadSettledTables, type SettledTables, storeSettledTables } from './last-apply.ts';
import { warnOfOtherVariant } from './leftovers.ts';
import {
  carryAll,
  type HeldTables,
  heldTables,
  isHeld,
  revisionOf,
  type WantedTables,
  wantedTables,
} from './observed.ts';
import { type IptablesReconciliation, reconcileIptables } from './reconcile.ts';
import { hasTables, pruneTables } from './revision-store.ts';

/** What decides about a change, whether it is made or only looked at. */
export type TablesOptions = Pick<
  ApplyOptions,
  'stateDirectory' | 'maxRemovals' | 'force' | 'verify' | 'now'
>;

export type ApplyIptablesOptions = TablesOptions &
  Pick<ApplyOptions, 'lock' | 'sysctls' | 'input' | 'confirmation' | 'chains'> & {
    readonly others: readonly Leftovers[];
  };

/** What natc has in the kernel, for what the others say of their rules. */
export const besides = 'its chains in iptables';

export type ApplyIptablesOutcome =
  | Exclude<IptablesReconciliation, Done>
  | (Extract<IptablesReconciliation, Done> & {
      /** UDP and SCTP connections to endpoints that are gone. */
      readonly ended: EndedFlows['ended'];
    })
  /** Nothing was changed. */
  | { readonly kind: 'guarded'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'lock-timeout' };

type Done = { readonly kind: 'up-to-date' | 'applied' };

/** What iptables should hold, of a plan. */
export const wantedTablesFrom = (plan: Plan): WantedTables =>
  wantedTables(
    renderIptablesTables(iptablesRulesets(plan)),
    plan.families.map(({ family }) => family),
    flowServices(plan),
  );

/**
 * `apply` by iptables: sends the chains that differ, under the lock, and then does what rules alone
 * cannot. What natc left in other backends goes at the end, so that there are always rules.
 */
export async function applyByIptables(
  host: Host,
  wanted: WantedTables,
  options: ApplyIptablesOptions,
): Promise<ApplyIptablesOutcome> {
  const locked = await options.lock();
  if (locked.kind === 'timeout') return { kind: 'lock-timeout' };
  if (locked.kind === 'unavailable')
    return { kind: 'refused', diagnostics: [noLock(locked.reason)] };
  try {
    return await applyLocked(host, wanted, {
      ...options,
      chains: options.chains ?? chainReader(host),
    });
  } finally {
    await locked.lock.release();
  }
}

type LockedOptions = ApplyIptablesOptions & { readonly chains: ReadChains };

/** What keeps a change from waiting to be confirmed; nothing where it need not. */
async function confirmationObstacles(
  host: Host,
  held: HeldTables,
  wanted: WantedTables,
  { stateDirectory, confirmation, others, now, chains }: LockedOptions,
): Promise<readonly Diagnostic[]> {
  if (confirmation === undefined) return [];
  const objection = await objectionToWaiting(others, { host, stateDirectory, chains });
  return objection.length > 0
    ? objection
    : awaitConfirmation(stateDirectory, confirmation, held, wanted, now());
}

async function applyLocked(
  host: Host,
  wanted: WantedTables,
  options: LockedOptions,
): Promise<ApplyIptablesOutcome> {
  const { stateDirectory, verify, now, confirmation, chains } = options;
  const objection =
    confirmation === undefined ? await objectionToUnconfirmed(stateDirectory, wanted.digest) : [];
  if (objection.length > 0) return { kind: 'guarded', diagnostics: objection };
  const tools = await findIptables(host);
  if (!isTools(tools)) return { kind: 'refused', diagnostics: [tools] };
  const stamps = await readIptablesStamps(host);
  const settled = await loadSettledTables(stateDirectory);
  const lists = verify || !(await areInPlace(host, stamps));
  const isCurrent =
    !lists && carryAll(stamps, wanted.rules) && (await hasTables(stateDirectory, wanted.digest));
  if (isCurrent) {
    const { refuse, diagnostics } = await proxyObjections(host, wanted, options.force, chains);
    if (refuse) return { kind: 'guarded', diagnostics };
    const awake = await wakeIptables(host, tools, stamps);
    if (awake.kind === 'refused') return awake;
    const isWhole = settled?.digest === wanted.digest;
    const flows = isWhole ? undefined : await flowChange(stateDirectory, wanted.flowServices, []);
    const rest = await finish(host, tools, wanted, flows, options);
    const all = [...diagnostics, ...awake.diagnostics, ...rest.diagnostics];
    return { kind: 'up-to-date', ended: rest.ended, diagnostics: all };
  }

  const held = await heldTables(host, stateDirectory, stamps, wanted.families, lists);
  if (!isHeld(held)) return { kind: 'refused', diagnostics: [held] };
  const objections = await objectionsToTables(host, held, wanted, options, chains);
  if (objections.refuse) return { kind: 'guarded', diagnostics: objections.diagnostics };

  const awake = await wakeIptables(host, tools, stamps);
  if (awake.kind === 'refused') return awake;
  const obstacles = await confirmationObstacles(host, held, wanted, options);
  if (obstacles.length > 0) return { kind: 'refused', diagnostics: obstacles };
  const flows = await flowChange(
    stateDirectory,
    wanted.flowServices,
    tablesFlowServices(held.rules),
  );
  await announce(stateDirectory, flows);
  const outcome = await reconcileIptables(host, stateDirectory, held, wanted, now());
  if (confirmation !== undefined && outcome.kind !== 'applied') await forgetPending(stateDirectory);
  if (outcome.kind === 'refused' || outcome.kind === 'incomplete') return outcome;
  // Another ruleset than the one that nobody confirmed.
  if (outcome.kind === 'applied') await allowAgain(stateDirectory).catch(() => {});
  const rest = await finish(host, tools, wanted, flows, options);
  const diagnostics = [
    ...objections.diagnostics,
    ...awake.diagnostics,
    ...driftOf(held),
    ...outcome.diagnostics,
    ...rest.diagnostics,
  ];
  return { ...outcome, ended: rest.ended, diagnostics };
}

interface Objections {
  readonly refuse: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** What stands against changing the tables; a dry run asks too. */
export async function objectionsToTables(
  host: Host,
  held: HeldTables,
  wanted: WantedTables,
  { stateDirectory, maxRemovals, force, now }: TablesOptions,
  chains: ReadChains = chainReader(host),
): Promise<Objections> {
  const guards = [
    ...(await unconfirmed(stateDirectory, now())),
    ...(maxRemovals === undefined
      ? []
      : guardServices(tablesServices(held.rules), tablesServices(wanted.rules), maxRemovals)),
  ];
  const proxies = await proxyObjections(host, wanted, force, chains);
  return {
    refuse: guards.length > 0 || proxies.refuse,
    diagnostics: [...guards, ...proxies.diagnostics],
  };
}

async function proxyObjections(
  host: Host,
  { rules }: WantedTables,
  force: boolean,
  chains: ReadChains,
): Promise<Objections> {
  const diagnostics = await otherProxies(host, () => servedAddressesIn(rules), force, chains);
  return { refuse: diagnostics.some(({ severity }) => severity === 'error'), diagnostics };
}

/**
 * What comes after the rules. Only an apply that did everything is settled: another one does what this
 * could not.
 *
 * @param flows what connections to look for
 */
async function finish(
  host: Host,
  tools: IptablesTools,
  wanted: WantedTables,
  flows: FlowChange | undefined,
  { stateDirectory, sysctls, input, others, chains }: LockedOptions,
): Promise<EndedFlows> {
  const left = await retireLeftovers(others, { host, stateDirectory, chains }, besides);
  const { ended, diagnostics: notEnded } = await endFlows(host, stateDirectory, flows);
  const failures = [
    ...notEnded,
    ...(await setSysctlsFor(
      host,
      stateDirectory,
      sysctls,
      revisionOf(await readIptablesStamps(host))?.number ?? 0,
    )),
  ];
  const rest =
    failures.length > 0
      ? failures
      : await settleTables(host, stateDirectory, {
          digest: wanted.digest,
          input: input?.fingerprint,
          warnings: input?.warnings ?? 0,
          sysctls,
          served: input?.served,
        });
  const variant = await warnOfOtherVariant(host, tools, chains);
  return { ended, diagnostics: [...left, ...variant, ...rest] };
}

/** Marks a revision as finished, so that the next apply of the same need not look at anything. */
export async function settleTables(
  host: Host,
  directory: string,
  finished: Omit<SettledTables, 'stamps'>,
): Promise<readonly Diagnostic[]> {
  const settled = { ...finished, stamps: await readIptablesStamps(host) };
  const before = await loadSettledTables(directory);
  if (isDeepStrictEqual(before, settled)) return [];
  try {
    await storeSettledTables(directory, settled);
    await pruneTables(directory);
    return [];
  } catch (error) {
    return [stateNotWritten(directory, error)];
  }
}

/** Says that somebody else changed natc's chains, when they were listed and are not what was stored. */
function driftOf({ source, stored, rules }: HeldTables): readonly Diagnostic[] {
  if (source !== 'kernel' || stored === undefined) return [];
  const places = iptablesDelta(rules, stored.rules).tables.reduce(
    (sum, delta) =>
      sum +
      delta.chains.size +
      delta.removed.length +
      Math.max(delta.removedJumps.length, delta.addedJumps.length),
    0,
  );
  if (places === 0) return [];
  return [
    {
      code: 'NATC5026',
      severity: 'warning',
      message: `natc's chains had been changed by somebody else in ${places} ${places === 1 ? 'place' : 'places'}; repaired`,
      places: [],
      hint: 'natc status lists such changes while they are there',
    },
  ];
}
