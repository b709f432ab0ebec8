import { announce, endFlows } from '../../host/change/after-apply.ts';
import type { RollbackOptions, RollbackOutcome } from '../../host/change/rollback.ts';
import { changeToUndo, nothingEarlier, underLock, unreadable } from '../../host/change/rollback.ts';
import type { Awakening } from '../../host/machine/dormant.ts';
import type { Host } from '../../host/machine/host.ts';
import { findIptables, isTools } from '../../host/machine/iptables-tools.ts';
import { forgetPending, type PendingChange } from '../../host/state/confirmation.ts';
import { flowChange } from '../../host/state/flow-state.ts';
import { takeBackSysctls } from '../../host/state/set-sysctls.ts';
import { forgetFilesOf } from '../../host/state/state-files.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import { isEmptyTable, tableNames } from '../tables.ts';
import { markDone } from './after-apply.ts';
import type { ApplyIptablesOutcome } from './apply.ts';
import { cleanUpIptables } from './cleanup.ts';
import { wakeIptables } from './dormant.ts';
import { areInPlace, readIptablesStamps } from './kernel-tables.ts';
import { neededByTables } from './needed-sysctls.ts';
import { type DesiredTables, isObserved, observeTables, revisionOf } from './observed.ts';
import { reconcileIptables } from './reconcile.ts';
import { listTables, loadTables, type StoredTables, tablesFile } from './revision-store.ts';
import { iptablesFiles } from './state-files.ts';
import { sureIptablesStamps } from './sure-stamps.ts';

export type RollbackIptablesOutcome = RollbackOutcome<ApplyIptablesOutcome>;

/** Makes iptables hold the revision before the one that it holds, as rollBack does for nftables. */
export const rollBackIptables = (
  host: Host,
  options: RollbackOptions,
): Promise<RollbackIptablesOutcome> =>
  underLock(options, async () => {
    const { stateDirectory } = options;
    const stamps = await sureIptablesStamps(host, stateDirectory);
    if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
    const current = revisionOf(stamps);
    const change = await changeToUndo(current?.digest, options);
    if (change !== undefined) return goBackTo(host, change.previous, options);
    if (current === undefined) return nothingEarlier('iptables holds no revision of natc');
    const earlier = (await listTables(stateDirectory)).find(
      ({ number, digest }) => number < current.number && digest !== current.digest,
    );
    return earlier === undefined
      ? nothingEarlier(`${stateDirectory} has no revision before revision ${current.number}`)
      : goBackTo(host, earlier.digest, options);
  });

/** Undoes a change that nobody confirmed, as undo does for nftables, under the lock that the caller holds. */
export async function undoIptables(
  host: Host,
  { previous }: PendingChange,
  options: RollbackOptions,
): Promise<RollbackIptablesOutcome> {
  const stamps = await sureIptablesStamps(host, options.stateDirectory);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  if (revisionOf(stamps)?.digest !== previous) return goBackTo(host, previous, options);
  await forgetPending(options.stateDirectory);
  return { kind: 'not-pending' };
}

async function goBackTo(
  host: Host,
  digest: string | undefined,
  { stateDirectory, now }: RollbackOptions,
): Promise<RollbackIptablesOutcome> {
  if (digest === undefined) {
    const off = await takeBackSysctls(host, stateDirectory, undefined);
    const outcome = await cleanUpIptables(host);
    if (outcome.kind === 'refused') {
      await off.undo();
      return outcome;
    }
    await forgetFilesOf(stateDirectory, iptablesFiles);
    await forgetPending(stateDirectory);
    return { kind: 'removed', diagnostics: off.diagnostics };
  }
  const stored = await loadTables(stateDirectory, digest);
  if (stored === undefined) return unreadable(stateDirectory, tablesFile(digest));
  const desired = desiredAgain(stored);
  const stamps = await readIptablesStamps(host);
  const lists = !(await areInPlace(host, stamps));
  const observed = await observeTables(host, stateDirectory, stamps, desired.families, lists);
  if (!isObserved(observed)) return { kind: 'refused', diagnostics: [observed] };
  const tools = await findIptables(host);
  const awake: Awakening = isTools(tools)
    ? await wakeIptables(host, tools, stamps)
    : { kind: 'awake', diagnostics: [] };
  if (awake.kind === 'refused') return awake;
  const flows = await flowChange(
    stateDirectory,
    desired.flowServices,
    observed.stored?.flowServices ?? [],
  );
  await announce(stateDirectory, flows);
  const off = await takeBackSysctls(host, stateDirectory, {
    number: stored.revision.number,
    needed: neededByTables(stored.rules),
  });
  const outcome = await reconcileIptables(host, stateDirectory, observed, desired, now());
  if (outcome.kind === 'refused' || outcome.kind === 'incomplete') {
    if (outcome.kind === 'refused') await off.undo();
    return outcome;
  }
  await forgetPending(stateDirectory);
  const { ended, diagnostics: failures } = await endFlows(host, stateDirectory, flows);
  const last = { digest, input: undefined, warnings: 0, sysctls: [] };
  const rest = failures.length > 0 ? failures : await markDone(host, stateDirectory, last);
  return {
    ...outcome,
    ended,
    diagnostics: [...awake.diagnostics, ...outcome.diagnostics, ...off.diagnostics, ...rest],
  };
}

const desiredAgain = ({ revision, rules, flowServices }: StoredTables): DesiredTables => ({
  rules,
  families: new Set<IpFamily>(
    ipFamilies.filter((family) => tableNames.some((table) => !isEmptyTable(rules[family][table]))),
  ),
  digest: revision.digest,
  flowServices,
  number: revision.number,
});
