import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { makeLiveCompilation } from '../../follow/live-compilation.ts';
import type { SyncReason } from '../../follow/observer.ts';
import type { FollowedChange, FollowedStore } from '../../follow/store.ts';
import { clusterName } from '../../host/cluster/failure.ts';
import type { Host } from '../../host/machine/host.ts';
import {
  familiesWithServices,
  requiredSysctls,
  servedFamilies,
} from '../../host/machine/sysctl.ts';
import type { AppliedInput } from '../apply/input.ts';
import type { ApplyFlags } from '../apply/options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { secondsNow } from '../host-options.ts';
import type { Terminal } from '../terminal.ts';
import { type FastSync, makeFastSync } from './fast-sync.ts';
import { makeStateKeeper } from './keep-state.ts';
import type { FollowLog } from './log.ts';
import { makeSaid } from './said.ts';
import { steadyNow } from './steady-now.ts';
import { latencyOf, type SyncResult, sayOutcome } from './sync-result.ts';
import { syncWhole } from './sync-whole.ts';

/** Leads the kernel to what is known of the cluster. */
export interface Syncer {
  /**
   * @param changes since the last sync, also where that failed
   * @param receivedAt when the oldest event of them came, in milliseconds since 1970; undefined: there is none
   */
  readonly sync: (
    reason: SyncReason,
    changes: readonly FollowedChange[],
    receivedAt: number | undefined,
  ) => Promise<SyncResult>;
  /** When {@link flush} is to be called, by {@link steadyNow}; undefined: there is no need. */
  readonly flushAt: () => number | undefined;
  /** Writes to the state directory what was put off. */
  readonly flush: () => Promise<void>;
}

export interface SyncerParts {
  readonly flags: ApplyFlags;
  readonly host: Host;
  readonly log: FollowLog;
  /** What is written to it goes to the log. */
  readonly terminal: Terminal;
}

/**
 * Changes are compiled in memory and sent as they are, for as long as the kernel holds what this natc gave it;
 * everything else is a full apply.
 */
export function makeSyncer(store: FollowedStore, parts: SyncerParts): Syncer {
  const { host, log, terminal } = parts;
  const keeper = makeStateKeeper(parts.flags, steadyNow);
  const said = makeSaid(log, Date.now);
  let backend = parts.flags.backend;
  let fast: FastSync | undefined;
  /** What a full apply left undone stays so after changes alone. */
  let lastWhole: ExitCode = exitCodes.success;

  async function whole(reason: SyncReason, receivedAt: number | undefined): Promise<SyncResult> {
    const diagnostics: Diagnostic[] = [];
    const flags: ApplyFlags = {
      ...parts.flags,
      backend,
      verify: reason === 'period' || parts.flags.verify === true,
      // What an apply says of its end is said here.
      quiet: true,
      tell: (given) => {
        diagnostics.push(...given);
        log.diagnostics(given);
      },
    };
    // What is known of the kernel is written first: it need not be listed then.
    await keeper.flush();
    const { exitCode, applied, committedAt, count } = await syncWhole(store, host, flags, terminal);
    if (applied?.output === undefined) return { kind: 'failed', exitCode, diagnostics };
    // Which one it is to be is asked once.
    backend = applied.backend?.name ?? backend;
    const { output, outcome } = applied;
    sayOutcome(log, outcome, latencyOf(receivedAt, committedAt));
    lastWhole = exitCode;
    fast = await fastAfter(applied, count);
    return {
      ...{ kind: 'synced', exitCode, committedAt, extent: 'everything' },
      ...{ plan: output.plan, diagnostics },
      revision: outcome?.kind === 'applied' ? outcome.revision.number : undefined,
      backend: applied.backend?.name,
    };
  }

  /** What the changes after a full apply go through; undefined where they need another one. */
  async function fastAfter(applied: AppliedInput, count: number): Promise<FastSync | undefined> {
    const { backend: through, compiled, output, isWhole } = applied;
    const { flags } = parts;
    // Assertions are judged on all that the kernel is to hold.
    const isOrdinary = isWhole && flags.protectPorts !== 'deny' && flags.assert === undefined;
    if (output === undefined || through === undefined || !isOrdinary || compiled.read.length > 0)
      return undefined;
    // What was left out was left out for a reason.
    if (compiled.objects.length !== count) return undefined;
    const { objects, compiled: diagnostics } = compiled;
    const { options, places: optionPlaces } = applied.effective;
    const given = {
      options,
      optionPlaces,
      sourceName: clusterName,
      keepsPlan: through.followsPlan,
    };
    const live = makeLiveCompilation({ objects, output, diagnostics }, store, given);
    const committer = live && (await through.committer(live, host, flags.stateDir, secondsNow));
    if (live === undefined || committer === undefined) return undefined;
    said.begin(compiled.diagnostics);
    keeper.written({
      isDone: lastWhole === exitCodes.success,
      families: output.plan.families.map(({ family }) => (family === 'IPv4' ? 'ip' : 'ip6')),
      warnings: compiled.diagnostics.filter(({ severity }) => severity === 'warning').length,
      sysctls: flags.sysctl ? requiredSysctls(output.plan) : [],
      served: familiesWithServices(servedFamilies(output.plan)),
    });
    return makeFastSync({ live, committer, host, flags, log, said, keeper });
  }

  return {
    sync: async (reason, changes, receivedAt) => {
      const isFast = reason === 'change' || reason === 'list';
      const known = fast;
      // Whatever comes of it, only a whole one may be begun from again.
      fast = undefined;
      const result = isFast ? await known?.sync(changes, receivedAt) : undefined;
      if (result === undefined) return whole(reason, receivedAt);
      fast = known;
      return { ...result, exitCode: lastWhole };
    },
    flushAt: keeper.dueAt,
    flush: keeper.flush,
  };
}
