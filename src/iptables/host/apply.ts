import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { announce, endFlows } from '../../host/change/after-apply.ts';
import type { ApplyOptions } from '../../host/change/apply-options.ts';
import type { Leftovers } from '../../host/change/leftovers.ts';
import { objectionToWaiting, retireLeftovers } from '../../host/change/leftovers.ts';
import { planApply } from '../../host/change/plan-apply.ts';
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
import { allowAgain, objectionToUnconfirmed } from '../../host/state/unconfirmed.ts';
import { type FlowChange, flowServices } from '../../plan/flows.ts';
import type { Plan } from '../../plan/plan.ts';
import { iptablesDelta } from '../delta.ts';
import { iptablesRulesets } from '../layout/build.ts';
import { renderIptablesTables } from '../render/iptables-tables.ts';
import { servedAddressesIn, tablesFlowServices, tablesServices } from '../tables.ts';
import { markDone } from './after-apply.ts';
import { awaitConfirmation } from './confirmation.ts';
import { wakeIptables } from './dormant.ts';
import { areInPlace, readIptablesStamps } from './kernel-tables.ts';
import { loadLastApply } from './last-apply.ts';
import { warnOfOtherVariant } from './leftovers.ts';
import {
  carryAll,
  type DesiredTables,
  desiredTables,
  isObserved,
  type ObservedTables,
  observeTables,
  revisionOf,
} from './observed.ts';
import { type IptablesReconciliation, reconcileIptables } from './reconcile.ts';
import { hasTables } from './revision-store.ts';

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
export const desiredTablesFrom = (plan: Plan): DesiredTables =>
  desiredTables(
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
  desired: DesiredTables,
  options: ApplyIptablesOptions,
): Promise<ApplyIptablesOutcome> {
  const locked = await options.lock();
  if (locked.kind === 'timeout') return { kind: 'lock-timeout' };
  if (locked.kind === 'unavailable')
    return { kind: 'refused', diagnostics: [noLock(locked.reason)] };
  try {
    return await applyLocked(host, desired, {
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
  observed: ObservedTables,
  desired: DesiredTables,
  { stateDirectory, confirmation, others, now, chains }: LockedOptions,
): Promise<readonly Diagnostic[]> {
  if (confirmation === undefined) return [];
  const objection = await objectionToWaiting(others, { host, stateDirectory, chains });
  return objection.length > 0
    ? objection
    : awaitConfirmation(stateDirectory, confirmation, observed, desired, now());
}

async function applyLocked(
  host: Host,
  desired: DesiredTables,
  options: LockedOptions,
): Promise<ApplyIptablesOutcome> {
  const { stateDirectory, verify, now, confirmation, chains } = options;
  const objection =
    confirmation === undefined ? await objectionToUnconfirmed(stateDirectory, desired.digest) : [];
  if (objection.length > 0) return { kind: 'guarded', diagnostics: objection };
  const tools = await findIptables(host);
  if (!isTools(tools)) return { kind: 'refused', diagnostics: [tools] };
  const stamps = await readIptablesStamps(host);
  const last = await loadLastApply(stateDirectory);
  const lists = verify || !(await areInPlace(host, stamps));
  const isCurrent =
    !lists && carryAll(stamps, desired.rules) && (await hasTables(stateDirectory, desired.digest));
  if (isCurrent) {
    const { refuse, diagnostics } = await proxyObjections(host, desired, options.force, chains);
    if (refuse) return { kind: 'guarded', diagnostics };
    const awake = await wakeIptables(host, tools, stamps);
    if (awake.kind === 'refused') return awake;
    const { lookAt } = planApply({ kind: 'stamped' }, desired, last);
    const flows =
      lookAt === 'nothing' ? undefined : await flowChange(stateDirectory, desired.flowServices, []);
    const rest = await finish(host, tools, desired, flows, options);
    const all = [...diagnostics, ...awake.diagnostics, ...rest.diagnostics];
    return { kind: 'up-to-date', ended: rest.ended, diagnostics: all };
  }

  const observed = await observeTables(host, stateDirectory, stamps, desired.families, lists);
  if (!isObserved(observed)) return { kind: 'refused', diagnostics: [observed] };
  const objections = await objectionsToTables(host, observed, desired, options, chains);
  if (objections.refuse) return { kind: 'guarded', diagnostics: objections.diagnostics };

  const awake = await wakeIptables(host, tools, stamps);
  if (awake.kind === 'refused') return awake;
  const obstacles = await confirmationObstacles(host, observed, desired, options);
  if (obstacles.length > 0) return { kind: 'refused', diagnostics: obstacles };
  const flows = await flowChange(
    stateDirectory,
    desired.flowServices,
    tablesFlowServices(observed.rules),
  );
  await announce(stateDirectory, flows);
  const outcome = await reconcileIptables(host, stateDirectory, observed, desired, now());
  if (confirmation !== undefined && outcome.kind !== 'applied') await forgetPending(stateDirectory);
  if (outcome.kind === 'refused' || outcome.kind === 'incomplete') return outcome;
  // Another ruleset than the one that nobody confirmed.
  if (outcome.kind === 'applied') await allowAgain(stateDirectory).catch(() => {});
  const rest = await finish(host, tools, desired, flows, options);
  const diagnostics = [
    ...objections.diagnostics,
    ...awake.diagnostics,
    ...driftOf(observed),
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
  observed: ObservedTables,
  desired: DesiredTables,
  { stateDirectory, maxRemovals, force, now }: TablesOptions,
  chains: ReadChains = chainReader(host),
): Promise<Objections> {
  const guards = [
    ...(await unconfirmed(stateDirectory, now())),
    ...(maxRemovals === undefined
      ? []
      : guardServices(tablesServices(observed.rules), tablesServices(desired.rules), maxRemovals)),
  ];
  const proxies = await proxyObjections(host, desired, force, chains);
  return {
    refuse: guards.length > 0 || proxies.refuse,
    diagnostics: [...guards, ...proxies.diagnostics],
  };
}

async function proxyObjections(
  host: Host,
  { rules }: DesiredTables,
  force: boolean,
  chains: ReadChains,
): Promise<Objections> {
  const diagnostics = await otherProxies(host, () => servedAddressesIn(rules), force, chains);
  return { refuse: diagnostics.some(({ severity }) => severity === 'error'), diagnostics };
}

/**
 * What comes after the rules. Only an apply that did everything counts as the last one: another one does what this
 * could not.
 *
 * @param flows what connections to look for
 */
async function finish(
  host: Host,
  tools: IptablesTools,
  desired: DesiredTables,
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
      : await markDone(host, stateDirectory, {
          digest: desired.digest,
          input: input?.fingerprint,
          warnings: input?.warnings ?? 0,
          sysctls,
          served: input?.served,
        });
  const variant = await warnOfOtherVariant(host, tools, chains);
  return { ended, diagnostics: [...left, ...variant, ...rest] };
}

/** Says that somebody else changed natc's chains, when they were listed and are not what was stored. */
function driftOf({ source, stored, rules }: ObservedTables): readonly Diagnostic[] {
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
