import { isDeepStrictEqual } from 'node:util';
import type { ChangeCommitter } from '../../backends/change-committer.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { mostWarnings } from '../../diagnostics/standing.ts';
import type { LiveChange, LiveCompilation } from '../../follow/live-compilation.ts';
import type { FollowedChange } from '../../follow/store.ts';
import { announce } from '../../host/change/after-apply.ts';
import { type EndedFlows, endStaleFlows, noFlows } from '../../host/machine/conntrack.ts';
import type { Host } from '../../host/machine/host.ts';
import { loadWarnings, storeAttempt, storeWarnings } from '../../host/state/attempt-store.ts';
import { unconfirmed } from '../../host/state/confirmation.ts';
import { settleFlows } from '../../host/state/flow-state.ts';
import type { FlowChange } from '../../plan/flows.ts';
import type { ApplyFlags } from '../apply/options.ts';
import { exitCodes } from '../exit-codes.ts';
import { secondsNow } from '../host-options.ts';
import type { StateKeeper } from './keep-state.ts';
import type { FollowLog } from './log.ts';
import type { SaidWarnings, WarningChanges } from './said.ts';
import { latencyOf, type SyncResult, sayApplied } from './sync-result.ts';

/** A kernel and a compilation that agree, so that only what changes need be looked at. */
export interface FastSync {
  /**
   * Compiles what changed, in memory, and sends the difference.
   *
   * @returns undefined where everything has to be compiled and compared; this one is of no use any more then
   */
  readonly sync: (
    changes: readonly FollowedChange[],
    receivedAt: number | undefined,
  ) => Promise<SyncResult | undefined>;
}

export interface FastSyncParts {
  readonly live: LiveCompilation;
  /** To a kernel that holds what is compiled. */
  readonly committer: ChangeCommitter;
  readonly host: Host;
  readonly flags: ApplyFlags;
  readonly log: FollowLog;
  readonly said: SaidWarnings;
  readonly keeper: StateKeeper;
}

/** For `natc status`; a full apply writes them all. */
async function keepWarnings(directory: string, { came, gone }: WarningChanges): Promise<void> {
  if (came.length + gone.size === 0) return;
  const standing = await loadWarnings(directory);
  if (standing === undefined) return;
  const stay = standing.warnings.filter(({ id }) => !gone.has(id));
  const warnings = [...stay, ...came].slice(0, mostWarnings);
  await storeWarnings(directory, { ...standing, warnings }).catch(() => {});
}

export function makeFastSync(parts: FastSyncParts): FastSync {
  const { live, committer, host, flags, log, said, keeper } = parts;
  const { stateDir } = flags;

  async function sync(
    changes: readonly FollowedChange[],
    receivedAt: number | undefined,
  ): Promise<SyncResult | undefined> {
    const change = live.change(changes);
    // What sysctls depend on, and a node without Services, are for a full apply to judge.
    if (change === undefined || change.servesOtherwise || !live.servesAny()) return undefined;
    if ((await unconfirmed(stateDir, secondsNow())).length > 0) return undefined;
    const flows = flowsOf(change);
    if (flows !== undefined && (await announce(stateDir, flows)).length > 0) return undefined;
    const committed = await committer.commit(change);
    if (committed.kind === 'unsure') return undefined;
    const isChanged = committed.kind === 'committed';
    const committedAt = isChanged ? Date.now() : undefined;
    if (isChanged) {
      keeper.committed(live, committed.store, change);
      if (!(await committed.isHeld())) return undefined;
    }
    const told = said.hear(change.services, change.diagnostics);
    await keepWarnings(stateDir, said.takeChanges());
    const unfinished = isChanged ? await committed.finish() : [];
    const rest = await endFlowsOf(change, flows, unfinished);
    if (isChanged)
      sayApplied(log, { ...committed, ended: rest.ended }, latencyOf(receivedAt, committedAt));
    // What comes after the rules is tried again by a full apply, which says what keeps it from being done.
    if (rest.diagnostics.length > 0) return undefined;
    const attempt = { time: secondsNow(), exitCode: exitCodes.success, message: undefined };
    await storeAttempt(stateDir, attempt).catch(() => {});
    return {
      ...{ kind: 'synced', exitCode: exitCodes.success, committedAt },
      ...{ extent: change.services, plan: change.output.plan, diagnostics: told },
      revision: isChanged ? committed.revision.number : undefined,
      backend: committer.backend,
    };
  }

  /** With all that is served now: that is what the state directory has to know. */
  function flowsOf({ flows }: LiveChange): FlowChange | undefined {
    if (flows === undefined || isDeepStrictEqual(flows.before, flows.after)) return undefined;
    return { before: flows.before, after: live.flowServices() };
  }

  /** What rules alone cannot do. */
  async function endFlowsOf(
    { flows }: LiveChange,
    all: FlowChange | undefined,
    unfinished: readonly Diagnostic[],
  ): Promise<EndedFlows> {
    if (flows === undefined || all === undefined) return { ...noFlows, diagnostics: unfinished };
    const { ended, diagnostics } = await endStaleFlows(host, flows);
    // Where it cannot be written, the next full apply looks once more.
    if (diagnostics.length === 0) await settleFlows(stateDir, all).catch(() => {});
    return { ended, diagnostics: [...unfinished, ...diagnostics] };
  }

  return { sync };
}
