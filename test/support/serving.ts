/** Servers of a follower, told what happens by hand. */
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { type FollowObserver, observeAll, type SyncedEvent } from '../../src/follow/observer.ts';
import { localAnswerer } from '../../src/host/serve/answerer.ts';
import type { Notifier } from '../../src/host/serve/notify.ts';
import { type Serving, startServing } from '../../src/host/serve/serving.ts';
import type { BindAddress } from '../../src/serve/bind-address.ts';
import { planned } from './cluster.ts';
import { fakeHost } from './fake-host.ts';

export interface TestServing extends Serving {
  readonly observer: Required<FollowObserver>;
  readonly reported: readonly Diagnostic[];
  /** One sync of these objects, and the time that servers take to open. */
  readonly sync: (objects: Parameters<typeof planned>[0], more?: Partial<SyncedEvent>) => void;
}

export async function serveByHand(
  options: {
    readonly healthz?: BindAddress;
    readonly metrics?: BindAddress;
    readonly notifier?: Notifier;
    readonly nodePortAddresses?: readonly string[];
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestServing> {
  const { healthz, metrics, notifier, nodePortAddresses = ['0.0.0.0/0', '::/0'] } = options;
  const reported: Diagnostic[] = [];
  const serving = await startServing({
    healthz,
    metrics,
    notifier,
    minSyncPeriod: 1_000,
    host: fakeHost({ files: options.files ?? {} }).host,
    backend: 'nftables',
    refusalsOf: () => undefined,
    startAnswerer: localAnswerer,
    version: '0.0.0',
    report: (diagnostics) => reported.push(...diagnostics),
  });
  const observer = observeAll([serving.observer]);
  return {
    ...serving,
    observer,
    reported,
    sync: (objects, more = {}) => {
      const now = Date.now();
      observer.syncStarted({ at: now, reason: 'change', changes: 1 });
      observer.synced({
        reason: 'change',
        startedAt: now,
        committedAt: now,
        finishedAt: now,
        receivedAt: now,
        services: 1,
        endpoints: 1,
        extent: 'everything',
        plan: planned(objects, { nodeName: 'a', nodePortAddresses }).plan,
        revision: 1,
        diagnostics: [],
        ...more,
      });
    },
  };
}

/** Tries until it does not throw, for five seconds. */
export async function eventually<T>(attempt: () => T | Promise<T>): Promise<T> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
