import { setInterval } from 'node:timers';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type FollowObserver, observeAll } from '../../follow/observer.ts';
import type { BackendName } from '../../options.ts';
import { type BindAddress, formatBindAddress } from '../../serve/bind-address.ts';
import {
  type HealthChecks,
  healthCheckSockets,
  needsLocalAddresses,
  withPlan,
} from '../../serve/health-checks.ts';
import { type MetricRecorder, noMetrics } from '../../serve/metrics.ts';
import {
  changeQueued,
  isHealthy,
  nodeChanged,
  overdueAfter,
  type ProxyHealth,
  syncRefused,
  syncStarted,
  syncSucceeded,
  unknownHealth,
} from '../../serve/proxy-health.ts';
import type { SyncRefusals } from '../../serve/record.ts';
import { metricsObserver } from '../../serve/record.ts';
import type { Host } from '../machine/host.ts';
import { localAddresses } from '../machine/local-addresses.ts';
import type { StartAnswerer } from './answerer.ts';
import { connectionLimit } from './connections.ts';
import { type FixedServer, fixedServer } from './fixed-server.ts';
import { isAt, notListening, notServed } from './listen-diagnostics.ts';
import { monotonicAt, monotonicNow } from './monotonic.ts';
import type { Notifier } from './notify.ts';

export interface ServingOptions {
  /** Undefined: none. */
  readonly healthz: BindAddress | undefined;
  readonly metrics: BindAddress | undefined;
  /** Milliseconds for which changes are gathered. */
  readonly minSyncPeriod: number;
  readonly host: Host;
  /** Undefined where no service manager wants to be told. */
  readonly notifier: Notifier | undefined;
  readonly startAnswerer: StartAnswerer;
  /** Until a sync tells through what the kernel is led. */
  readonly backend: BackendName;
  readonly refusalsOf: (backend: BackendName) => SyncRefusals | undefined;
  /** natc's own. */
  readonly version: string;
  /** Takes what goes wrong, each thing once until it changes. */
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
}

/** The servers of a follower, and the service manager's ear. */
export interface Serving {
  /** To be told by the loop. */
  readonly observer: FollowObserver;
  /** The configuration is read again; the sync after it says that this is over. */
  readonly reloading: () => Promise<void>;
  /** Says that natc stops, and ends all servers. */
  readonly close: () => Promise<void>;
}

/** Milliseconds after which an address that was taken is tried again, sooner where there is a sync. */
const tryAgainAfter = 30_000;

/** Milliseconds after which those who answer are told the same again, as a sign of life. */
const tellAgainAfter = 5_000;

/**
 * Opens the servers for `/healthz` and metrics; those of health-check node ports come with the first sync. None of
 * them ends the loop: what cannot be served is reported and tried again.
 */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const { minSyncPeriod, host, notifier, report } = options;
  const limit = overdueAfter(minSyncPeriod);
  let health = unknownHealth;
  let checks: HealthChecks = new Map();
  let addresses: ReadonlySet<string> = new Set();
  let { backend } = options;
  let isReady = false;

  const { recorder, metricsServer } = await openMetrics();
  const answerer = options.startAnswerer({ healthz: options.healthz, limit }, (path, status) => {
    const code = `${status}`;
    if (path === '/healthz') recorder.add('kubeproxy_proxy_healthz_total', { code });
    if (path === '/livez') recorder.add('kubeproxy_proxy_livez_total', { code });
  });

  async function openMetrics(): Promise<{
    readonly recorder: MetricRecorder;
    readonly metricsServer: FixedServer | undefined;
  }> {
    const { metrics } = options;
    if (metrics === undefined) return { recorder: noMetrics, metricsServer: undefined };
    const { metricsAnswer, metricsRegistry } = await import('./registry.ts');
    const registry = metricsRegistry();
    const answer = (path: string) => metricsAnswer(path, registry, backend);
    const server = fixedServer(metrics, answer, connectionLimit());
    return { recorder: registry.recorder, metricsServer: server };
  }

  /** One after another: two attempts at one port would take it from each other. */
  let work: Promise<void> = Promise.resolve();
  let isWaiting = false;
  let isClosed = false;
  const listenAgain = (): Promise<void> => {
    if (isWaiting || isClosed) return work;
    isWaiting = true;
    work = work.then(async () => {
      isWaiting = false;
      if (isClosed) return;
      try {
        await listenToAll();
      } catch {
        // Such as /proc that is not to be read: the next attempt may do better.
      }
    });
    return work;
  };
  /** Messages by address: each is told once, until it changes. */
  let told: ReadonlyMap<string, string> = new Map();
  async function listenToAll(): Promise<void> {
    const metricsFailure = await metricsServer?.attempt();
    if (needsLocalAddresses(checks)) addresses = await localAddresses(host);
    const sockets = healthCheckSockets(checks, addresses);
    const failures = await answerer.open(
      sockets.map(({ address, check: { namespace, service, localEndpoints, port } }) => {
        return { address, port, namespace, service, localEndpoints };
      }),
    );
    const unserved = failures.filter((failure) => !isAt(failure, options.healthz));
    recorder.set('natc_health_check_servers', sockets.length - unserved.length, {
      state: 'listening',
    });
    recorder.set('natc_health_check_servers', unserved.length, { state: 'failed' });
    const all = metricsFailure === undefined ? failures : [metricsFailure, ...failures];
    const news = all.filter((each) => told.get(formatBindAddress(each)) !== each.message);
    told = new Map(all.map((each) => [formatBindAddress(each), each.message]));
    tell(
      news.flatMap((failure) => {
        if (failure === metricsFailure) return [notListening('--metrics-bind-address', failure)];
        if (isAt(failure, options.healthz))
          return [notListening('--healthz-bind-address', failure)];
        const socket = sockets.find(({ address, check }) =>
          isAt(failure, { address, port: check.port }),
        );
        return socket === undefined ? [] : [notServed(socket, failure)];
      }),
    );
  }
  const tell = (diagnostics: readonly Diagnostic[]): void => {
    if (diagnostics.length > 0) report(diagnostics);
  };
  const notify = (send: (to: Notifier) => Promise<readonly Diagnostic[]>): Promise<void> =>
    notifier === undefined ? Promise.resolve() : send(notifier).then(tell);

  const again = setInterval(() => {
    if (told.size > 0) void listenAgain();
  }, tryAgainAfter).unref();
  const living = setInterval(() => answerer.tell(health), tellAgainAfter).unref();
  const becomes = (next: ProxyHealth): void => {
    if (next === health) return;
    health = next;
    answerer.tell(health);
  };
  const period = notifier?.watchdog;
  const watchdog =
    period === undefined
      ? undefined
      : setInterval(() => {
          if (isHealthy(health, monotonicNow(), limit)) void notify((to) => to.alive());
        }, period / 2).unref();

  const ready = (status: string): void => {
    if (isReady) return;
    isReady = true;
    void notify((to) => to.ready(status));
  };
  const tellNode = (): void => {
    recorder.set('natc_node_eligible', health.isNodeEligible === true ? 1 : 0);
  };
  let isReloading = false;
  const own: FollowObserver = {
    // A list alone is no change: one that says what is known leads to no sync.
    eventReceived: ({ at }) => {
      becomes(changeQueued(health, monotonicAt(at)));
    },
    syncStarted: ({ at }) => {
      becomes(syncStarted(health, monotonicAt(at)));
    },
    synced: ({ plan, extent, finishedAt, services, ...event }) => {
      backend = event.backend ?? backend;
      const families = plan.families.map(({ family }) => family);
      becomes(syncSucceeded(health, families, finishedAt));
      tellNode();
      checks = withPlan(checks, plan, extent);
      void listenAgain();
      isReloading = false;
      ready(`follows the cluster: ${services} Services`);
    },
    syncFailed: ({ diagnostics }) => {
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      becomes(
        syncRefused(
          health,
          errors.map(({ code }) => code),
        ),
      );
      // The reload is over, whatever came of it; at the start, nothing is ready yet.
      if (isReloading) ready('the last sync failed; the kernel keeps what it has');
      isReloading = false;
    },
    nodeChanged: (event) => {
      becomes(nodeChanged(health, event));
      tellNode();
    },
  };
  tellNode();
  recorder.set('natc_build_info', 1, { version: options.version });
  await listenAgain();
  return {
    observer:
      options.metrics === undefined
        ? own
        : observeAll([
            own,
            metricsObserver(recorder, () => options.refusalsOf(backend), Date.now()),
          ]),
    reloading: () => {
      isReloading = isReady;
      isReady = false;
      return notify((to) => to.reloading());
    },
    close: async () => {
      isClosed = true;
      clearInterval(again);
      clearInterval(living);
      clearInterval(watchdog);
      await notify((to) => to.stopping());
      await work;
      await Promise.all([answerer.close(), metricsServer?.close()]);
    },
  };
}
