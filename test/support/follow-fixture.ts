/** natc apply --follow, run in this process: a stand-in for the API server, a kernel in a namespace. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApplyFlags } from '../../src/cli/apply/options.ts';
import { type FollowEnd, followWith } from '../../src/cli/follow/follow-with.ts';
import { makeLog } from '../../src/cli/follow/log.ts';
import type { Signals } from '../../src/cli/follow/signals.ts';
import { makeIgnoring } from '../../src/diagnostics/ignore.ts';
import type { FollowObserver, SyncedEvent, SyncFailedEvent } from '../../src/follow/observer.ts';
import type { Host } from '../../src/host/machine/host.ts';
import { followFlagsUnset } from './apply-flags.ts';
import { kubeconfigFor, type StandIn } from './stand-in-api.ts';

export interface Following {
  /** What the observer was told of. */
  readonly synced: SyncedEvent[];
  readonly failed: SyncFailedEvent[];
  readonly log: string[];
  readonly stateDir: string;
  /** Waits until something holds; throws with the log after some seconds. */
  readonly until: (what: () => boolean | Promise<boolean>, seconds?: number) => Promise<void>;
  readonly signal: (signal: 'end' | 'reload') => void;
  /** Ends it as SIGTERM does. */
  readonly end: () => Promise<FollowEnd>;
  readonly ended: Promise<FollowEnd>;
}

export interface FollowingOptions {
  readonly flags?: Partial<ApplyFlags>;
  readonly observer?: FollowObserver;
  readonly stateDir?: string;
  readonly user?: object;
  readonly kubeconfig?: string;
  readonly hasFollowed?: boolean;
}

export const followFlags = (stateDir: string, kubeconfig: string): ApplyFlags => ({
  ...{ fromCluster: true, follow: true, kubeconfig, stateDir },
  ...followFlagsUnset,
  ...{ nodeName: 'node-a', minSyncPeriod: 0, requestTimeout: 5 },
  ...{ backend: 'nftables', sysctl: false, lockTimeout: 5, commandTimeout: 60, maxRemovals: 50 },
  ...{ protectPorts: 'allow', clusterCIDRs: ['10.1.0.0/16'], force: false },
  ignoring: makeIgnoring(),
});

export function startFollowing(
  api: Pick<StandIn, 'url'>,
  host: Host,
  { flags = {}, observer = {}, user = {}, ...given }: FollowingOptions = {},
): Following {
  const folder = mkdtempSync(join(tmpdir(), 'natc-follow-'));
  const stateDir = given.stateDir ?? join(folder, 'state');
  const kubeconfig = given.kubeconfig ?? join(folder, 'kubeconfig');
  if (given.kubeconfig === undefined) writeFileSync(kubeconfig, kubeconfigFor(api.url, { user }));
  const log: string[] = [];
  const synced: SyncedEvent[] = [];
  const failed: SyncFailedEvent[] = [];
  let act = (): void => {};
  let signal: 'end' | 'reload' | undefined;
  const signals: Signals = {
    take: () => {
      const taken = signal;
      signal = undefined;
      return taken;
    },
    onSignal: (next) => {
      act = next;
    },
    release: () => {},
  };
  const write = async (text: string): Promise<void> => {
    log.push(text);
  };
  const channel = { isTerminal: false, columns: undefined, write };
  const terminal = { stdout: channel, stderr: channel, stdinIsTerminal: true, environment: {} };
  const ended = followWith({
    flags: { ...followFlags(stateDir, kubeconfig), ...flags },
    terminal,
    host,
    log: makeLog(channel, { format: 'text', isQuiet: false, isVerbose: false, now: Date.now }),
    observers: [
      observer,
      { synced: (event) => synced.push(event), syncFailed: (event) => failed.push(event) },
    ],
    signals,
    hasFollowed: given.hasFollowed ?? false,
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
  const give = (next: 'end' | 'reload'): void => {
    signal = next;
    act();
  };
  return {
    ...{ synced, failed, log, stateDir, ended },
    until: async (what, seconds = 60) => {
      const last = Date.now() + seconds * 1000;
      while (!(await what())) {
        if (Date.now() > last) throw new Error(`waited in vain: ${what}\n${log.join('')}`);
        await sleep(10);
      }
    },
    signal: give,
    end: () => {
      give('end');
      return ended;
    },
  };
}
