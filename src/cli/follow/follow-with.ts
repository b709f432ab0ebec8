import { commandDefaults } from '../../command-options.ts';
import { type FollowObserver, observeAll, type SyncReason } from '../../follow/observer.ts';
import { nextSync, type SyncHistory } from '../../follow/schedule.ts';
import type { FollowedChange } from '../../follow/store.ts';
import type { Host } from '../../host/machine/host.ts';
import { applyDefaults } from '../../options.ts';
import { largestInput } from '../../read/inputs.ts';
import type { ApplyFlags } from '../apply/options.ts';
import { effectiveOptions, optionsFromFlags } from '../config/effective-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readConfig } from '../input/compile-input.ts';
import type { Terminal } from '../terminal.ts';
import { collectGarbage, collectIfWorthwhile } from './collect-garbage.ts';
import type { FollowLog } from './log.ts';
import { logTerminal } from './log-terminal.ts';
import type { Signals } from './signals.ts';
import { steadyNow } from './steady-now.ts';
import { makeSyncer } from './syncer.ts';
import { type ClusterWatch, watchCluster } from './watch-cluster.ts';

export interface FollowParts {
  readonly flags: ApplyFlags;
  readonly terminal: Terminal;
  readonly host: Host;
  readonly log: FollowLog;
  readonly observers: readonly FollowObserver[];
  readonly signals: Signals;
  /** Whether the kernel was led before: then nothing that a person has to put right ends natc. */
  readonly hasFollowed: boolean;
}

export type FollowEnd =
  | { readonly kind: 'ended'; readonly exitCode: ExitCode }
  | { readonly kind: 'reload' };

/** Follows a cluster with one configuration, until a signal comes or it cannot begin. */
export async function followWith(parts: FollowParts): Promise<FollowEnd> {
  const { flags, terminal, log, observers, signals } = parts;
  const kubeProxy = await readConfig(flags.config, true);
  const { options } = effectiveOptions({
    defaults: applyDefaults,
    kubeProxy,
    natc: flags.natc,
    flags: optionsFromFlags(flags),
  });
  const judges = options.externalIPs.join() !== 'allow' || options.endpointsOutside !== 'allow';
  const pending = new Map<string, FollowedChange>();
  let hasList = false;
  let receivedAt: number | undefined;
  let wake = (): void => {};
  const watch = await watchCluster(
    {
      settings: {
        kubeconfig: flags.kubeconfig,
        context: flags.context,
        requestTimeout: flags.requestTimeout ?? commandDefaults.requestTimeout,
        environment: terminal.environment,
      },
      nodeName: options.nodeName,
      needsAllNodes: judges || options.nodeName === undefined,
      mostBytes: largestInput,
    },
    {
      log,
      observers,
      now: Date.now,
      changed: (changes, isList, at) => {
        if (changes.length === 0) return;
        if (isList) hasList = true;
        else receivedAt ??= at;
        for (const change of changes) {
          const key = `${change.kind} ${change.name}`;
          const before = pending.get(key)?.before ?? change.before;
          pending.set(key, { ...change, before });
        }
        wake();
      },
    },
  );
  try {
    signals.onSignal(() => void watch.close());
    const refused = await watch.ready;
    const early = signals.take();
    if (early !== undefined) return endOf(early);
    if (refused !== undefined && !parts.hasFollowed) {
      log.diagnostics([refused]);
      return { kind: 'ended', exitCode: exitCodes.hostRefused };
    }
    return await loop(watch);
  } finally {
    await watch.close();
  }

  async function loop({ store }: ClusterWatch): Promise<FollowEnd> {
    const observer = observeAll(observers);
    const syncer = makeSyncer(store, { ...parts, terminal: logTerminal(terminal, log) });
    const periods = { least: flags.minSyncPeriod, whole: flags.syncPeriod };
    let history: SyncHistory = { lastEnd: undefined, lastWhole: undefined, failures: 0 };
    let hasGarbage = false;
    for (;;) {
      const signal = signals.take();
      if (signal !== undefined) {
        await syncer.flush();
        return endOf(signal);
      }
      const demand = { isWhole: hasList, hasChanges: pending.size > 0 };
      const next = nextSync(demand, history, periods, steadyNow());
      const delay = next.at - steadyNow();
      if (delay > 0) {
        const flushAt = syncer.flushAt();
        if (hasGarbage) collectGarbage();
        else collectIfWorthwhile();
        hasGarbage = false;
        if (flushAt !== undefined && flushAt <= steadyNow()) {
          await syncer.flush();
          hasGarbage = true;
        } else await untilWoken(Math.min(delay, (flushAt ?? next.at) - steadyNow()));
        continue;
      }
      // What came with it, in the same piece of a watch, goes with it.
      await new Promise((resolve) => setImmediate(resolve));
      const exitCode = await syncOnce(next.reason);
      const isDone = exitCode === exitCodes.success || exitCode === exitCodes.incomplete;
      const lastEnd = steadyNow();
      const isFatal = exitCode === exitCodes.hostRefused || exitCode === exitCodes.cannotAnswer;
      if (isFatal && history.lastEnd === undefined && !parts.hasFollowed)
        return { kind: 'ended', exitCode };
      history = {
        lastEnd,
        lastWhole:
          isDone && (next.reason === 'period' || history.lastWhole === undefined)
            ? lastEnd
            : history.lastWhole,
        failures: exitCode === exitCodes.success ? 0 : history.failures + 1,
      };
    }

    async function syncOnce(reason: SyncReason): Promise<ExitCode> {
      const startedAt = Date.now();
      const changes = [...pending.values()];
      const oldest = receivedAt;
      pending.clear();
      hasList = false;
      receivedAt = undefined;
      observer.syncStarted({ at: startedAt, reason, changes: changes.length });
      const result = await syncer.sync(reason, changes, oldest);
      const finishedAt = Date.now();
      if (result.kind === 'failed') {
        const { diagnostics } = result;
        observer.syncFailed({ reason, startedAt, finishedAt, diagnostics });
        return result.exitCode;
      }
      const { exitCode, kind: _, ...synced } = result;
      hasGarbage ||= synced.extent === 'everything';
      observer.synced({
        ...{ reason, startedAt, finishedAt, receivedAt: oldest },
        ...{ services: store.all('Service').size, endpoints: store.endpoints() },
        ...synced,
      });
      return exitCode;
    }
  }

  function untilWoken(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, Math.min(milliseconds, longestTimer)));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signals.onSignal(wake);
    });
  }
}

/** setTimeout takes no more than 31 bits. */
const longestTimer = 2 ** 31 - 1;

const endOf = (signal: 'end' | 'reload'): FollowEnd =>
  signal === 'reload' ? { kind: 'reload' } : { kind: 'ended', exitCode: exitCodes.success };
