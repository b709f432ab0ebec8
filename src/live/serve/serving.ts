import { setInterval } from 'node:timers';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type FollowObserver, observeAll } from '../../follow/observer.ts';
import type { BindAddress } from '../../serve/bind-address.ts';
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
  proxyHealthAnswer,
  syncFailed,
  syncStarted,
  syncSucceeded,
  unknownHealth,
} from '../../serve/proxy-health.ts';
import { type BackendName, metricsObserver } from '../../serve/record.ts';
import type { Host } from '../host.ts';
import { localAddresses } from '../local-addresses.ts';
import { connectionLimit } from './connections.ts';
import { type FixedServer, fixedServer } from './fixed-server.ts';
import { healthCheckServers } from './health-check-servers.ts';
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
  /** Until a sync tells through what the kernel is led. */
  readonly backend: BackendName;
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

/**
 * Opens the servers for `/healthz` and metrics; those of health-check node ports come with the first sync. None of
 * them ends the loop: what cannot be served is reported and tried again.
 */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const { minSyncPeriod, host, notifier, report } = options;
  const limit = overdueAfter(minSyncPeriod);
  const format = (at: number): string => new Date(at).toISOString();
  let health = unknownHealth;
  let checks: HealthChecks = new Map();
  let addresses: ReadonlySet<string> = new Set();
  let { backend } = options;
  let isReady = false;

  const connections = connectionLimit();
  const { recorder, servers } = await fixedServers();
  const isWell = (): boolean => isHealthy(health, Date.now(), limit);
  const checkServers = healthCheckServers(isWell, connections);

  async function fixedServers(): Promise<{
    readonly recorder: MetricRecorder;
    readonly servers: readonly FixedServer[];
  }> {
    const { healthz, metrics } = options;
    const opened: FixedServer[] = [];
    let metricRecorder = noMetrics;
    if (metrics !== undefined) {
      const { metricsAnswer, metricsRegistry } = await import('./registry.ts');
      const registry = metricsRegistry();
      metricRecorder = registry.recorder;
      const answer = (path: string) => metricsAnswer(path, registry, backend);
      opened.push(fixedServer('--metrics-bind-address', metrics, answer, connections));
    }
    if (healthz !== undefined) {
      const answer = (path: string) => {
        const answered = proxyHealthAnswer(path, health, { now: Date.now(), limit, format });
        const code = `${answered.status}`;
        if (path === '/healthz') metricRecorder.add('kubeproxy_proxy_healthz_total', { code });
        if (path === '/livez') metricRecorder.add('kubeproxy_proxy_livez_total', { code });
        return answered;
      };
      opened.push(fixedServer('--healthz-bind-address', healthz, answer, connections));
    }
    return { recorder: metricRecorder, servers: opened };
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
  async function listenToAll(): Promise<void> {
    for (const server of servers) tell(await server.attempt());
    if (needsLocalAddresses(checks)) addresses = await localAddresses(host);
    tell(await checkServers.update(healthCheckSockets(checks, addresses)));
    const { listening, failed } = checkServers.counts();
    recorder.set('natc_health_check_servers', listening, { state: 'listening' });
    recorder.set('natc_health_check_servers', failed, { state: 'failed' });
  }
  const tell = (diagnostics: readonly Diagnostic[]): void => {
    if (diagnostics.length > 0) report(diagnostics);
  };
  const notify = (send: (to: Notifier) => Promise<readonly Diagnostic[]>): Promise<void> =>
    notifier === undefined ? Promise.resolve() : send(notifier).then(tell);

  const again = setInterval(() => {
    const isMissing = servers.some((server) => !server.isListening());
    if (isMissing || checkServers.counts().failed > 0) void listenAgain();
  }, tryAgainAfter).unref();
  const period = notifier?.watchdog;
  const watchdog =
    period === undefined
      ? undefined
      : setInterval(() => {
          if (isWell()) void notify((to) => to.alive());
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
      health = changeQueued(health, at);
    },
    syncStarted: ({ at }) => {
      health = syncStarted(health, at);
    },
    synced: ({ plan, extent, finishedAt, services, ...event }) => {
      backend = event.backend ?? backend;
      const families = plan.families.map(({ family }) => family);
      health = syncSucceeded(health, families, finishedAt);
      tellNode();
      checks = withPlan(checks, plan, extent);
      void listenAgain();
      isReloading = false;
      ready(`follows the cluster: ${services} Services`);
    },
    syncFailed: () => {
      health = syncFailed(health);
      // The reload is over, whatever came of it; at the start, nothing is ready yet.
      if (isReloading) ready('the last sync failed; the kernel keeps what it has');
      isReloading = false;
    },
    nodeChanged: (event) => {
      health = nodeChanged(health, event);
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
        : observeAll([own, metricsObserver(recorder, () => backend, Date.now())]),
    reloading: () => {
      isReloading = isReady;
      isReady = false;
      return notify((to) => to.reloading());
    },
    close: async () => {
      isClosed = true;
      clearInterval(again);
      clearInterval(watchdog);
      await notify((to) => to.stopping());
      await work;
      await Promise.all([checkServers.close(), ...servers.map((server) => server.close())]);
    },
  };
}
