import type {
  FollowedKind,
  FollowObserver,
  ReceivedEvent,
  SyncedEvent,
  SyncFailedEvent,
} from '../follow/observer.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import type { Plan } from '../plan/plan.ts';
import type { MetricName, MetricRecorder } from './metrics.ts';
import { type NoLocalEndpoints, noLocalEndpoints } from './no-local-endpoints.ts';

/** Which failed syncs of a backend kube-proxy would count: those where the tool or the kernel refused. */
export interface SyncRefusals {
  readonly metric: MetricName;
  /** Of the errors of such a sync. */
  readonly codes: ReadonlySet<string>;
}

type Trigger = NonNullable<ReceivedEvent['trigger']>;

interface ChangeMetrics {
  readonly total: MetricName;
  readonly pending: MetricName;
}

const changeMetrics: Readonly<Record<FollowedKind, ChangeMetrics | undefined>> = {
  Node: undefined,
  Service: {
    total: 'kubeproxy_sync_proxy_rules_service_changes_total',
    pending: 'kubeproxy_sync_proxy_rules_service_changes_pending',
  },
  EndpointSlice: {
    total: 'kubeproxy_sync_proxy_rules_endpoint_changes_total',
    pending: 'kubeproxy_sync_proxy_rules_endpoint_changes_pending',
  },
};

/**
 * Records what a follower does as metrics. Times of events are milliseconds, those of metrics seconds.
 *
 * @param refusals asked at each failure: the backend may be chosen late, and change
 * @param since what happened before does not tell how long the network takes to be programmed
 */
export function metricsObserver(
  recorder: MetricRecorder,
  refusals: () => SyncRefusals | undefined,
  since: number,
): FollowObserver {
  let families: readonly IpFamily[] = ipFamilies;
  let noLocal: ReadonlyMap<IpFamily, ReadonlyMap<string, NoLocalEndpoints>> = new Map();
  const pending = new Map<MetricName, number>();
  /** What came in while the sync that runs was running. */
  let waiting = new Map<MetricName, number>();
  let isSyncing = false;
  /** Of changes that the kernel does not have yet. */
  let triggers: Trigger[] = [];
  let triggersWaiting: Trigger[] = [];

  const setPending = (name: MetricName, value: number): void => {
    pending.set(name, value);
    recorder.set(name, value);
  };
  const queued = (at: number): void => {
    recorder.set('natc_last_received_timestamp_seconds', at / 1000);
    for (const ip_family of families)
      recorder.set('kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds', at / 1000, {
        ip_family,
      });
  };
  const ended = ({ startedAt, finishedAt }: SyncedEvent | SyncFailedEvent): number => {
    isSyncing = false;
    const seconds = Math.max(0, finishedAt - startedAt) / 1000;
    for (const ip_family of families)
      recorder.observe('kubeproxy_sync_proxy_rules_duration_seconds', seconds, { ip_family });
    return seconds;
  };

  return {
    listed: ({ at, kinds }) => {
      queued(at);
      for (const kind of kinds) recorder.add('natc_lists_total', { kind });
    },
    eventReceived: ({ at, kind, trigger }) => {
      queued(at);
      if (trigger !== undefined && trigger.at >= since)
        (isSyncing ? triggersWaiting : triggers).push(trigger);
      const names = changeMetrics[kind];
      if (names === undefined) return;
      recorder.add(names.total);
      setPending(names.pending, (pending.get(names.pending) ?? 0) + 1);
      if (isSyncing) waiting.set(names.pending, (waiting.get(names.pending) ?? 0) + 1);
    },
    syncStarted: () => {
      isSyncing = true;
      waiting = new Map();
    },
    synced: (event) => {
      families = event.plan.families.map(({ family }) => family);
      const seconds = ended(event);
      for (const name of pending.keys()) setPending(name, waiting.get(name) ?? 0);
      for (const { at, family } of triggers)
        recorder.observe(
          'kubeproxy_network_programming_duration_seconds',
          Math.max(0, (event.committedAt ?? event.finishedAt) - at) / 1000,
          { ip_family: family },
        );
      triggers = triggersWaiting;
      triggersWaiting = [];
      const { committedAt, receivedAt, startedAt, reason, extent } = event;
      const result = committedAt === undefined ? 'unchanged' : 'changed';
      recorder.add('natc_syncs_total', { reason, result });
      const duration =
        extent === 'everything'
          ? 'kubeproxy_sync_full_proxy_rules_duration_seconds'
          : 'kubeproxy_sync_partial_proxy_rules_duration_seconds';
      for (const ip_family of families) {
        recorder.observe(duration, seconds, { ip_family });
        recorder.set('kubeproxy_sync_proxy_rules_last_timestamp_seconds', event.finishedAt / 1000, {
          ip_family,
        });
      }
      if (committedAt !== undefined) {
        recorder.observe(
          'natc_sync_to_commit_seconds',
          Math.max(0, committedAt - startedAt) / 1000,
        );
        if (receivedAt !== undefined)
          recorder.observe(
            'natc_event_to_commit_seconds',
            Math.max(0, committedAt - receivedAt) / 1000,
          );
      }
      recorder.set('natc_services', event.services);
      recorder.set('natc_endpoints', event.endpoints);
      if (event.revision !== undefined) recorder.set('natc_revision', event.revision);
      noLocal = withCounts(noLocal, event.plan, extent);
      for (const [ip_family, counts] of noLocal)
        for (const traffic_policy of ['internal', 'external'] as const)
          recorder.set(
            'kubeproxy_sync_proxy_rules_no_local_endpoints_total',
            [...counts.values()].reduce((sum, each) => sum + each[traffic_policy], 0),
            { traffic_policy, ip_family },
          );
    },
    syncFailed: (event) => {
      ended(event);
      triggers = [...triggers, ...triggersWaiting];
      triggersWaiting = [];
      const { reason, diagnostics } = event;
      recorder.add('natc_syncs_total', { reason, result: 'failed' });
      const codes = diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ code }) => code);
      recorder.add('natc_sync_failures_total', { code: codes[0] ?? 'none' });
      const counted = refusals();
      if (counted === undefined || !codes.some((code) => counted.codes.has(code))) return;
      for (const ip_family of families) recorder.add(counted.metric, { ip_family });
    },
  };
}

/** Like {@link withPlan} of health checks: a plan of some Services says nothing of the others. */
const withCounts = (
  known: ReadonlyMap<IpFamily, ReadonlyMap<string, NoLocalEndpoints>>,
  plan: Plan,
  extent: SyncedEvent['extent'],
): ReadonlyMap<IpFamily, ReadonlyMap<string, NoLocalEndpoints>> =>
  new Map(
    plan.families.map((familyPlan) => {
      const counted = noLocalEndpoints(familyPlan);
      if (extent === 'everything') return [familyPlan.family, counted];
      const before = [...(known.get(familyPlan.family) ?? [])];
      const kept = before.filter(([name]) => !extent.has(name));
      return [familyPlan.family, new Map([...kept, ...counted])];
    }),
  );
