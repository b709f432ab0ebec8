import { expect, test } from 'vitest';
import { loadBackend } from '../../src/backends/table.ts';
import type { FollowObserver, SyncedEvent } from '../../src/follow/observer.ts';
import type { MetricLabels, MetricName, MetricRecorder } from '../../src/serve/metrics.ts';
import { metricsObserver } from '../../src/serve/record.ts';
import { at, planned, service, slice } from '../support/cluster.ts';

/** Remembers `name{labels}` and its value: the sum of counters, the last of gauges, all of histograms. */
function remembering() {
  const values = new Map<string, number | readonly number[]>();
  const key = (name: MetricName, labels: MetricLabels = {}) => {
    const inner = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    return inner.length === 0 ? name : `${name}{${inner.sort().join(',')}}`;
  };
  const recorder: MetricRecorder = {
    add: (name, labels, by = 1) => {
      const before = values.get(key(name, labels)) ?? 0;
      values.set(key(name, labels), (before as number) + by);
    },
    set: (name, value, labels) => values.set(key(name, labels), value),
    observe: (name, seconds, labels) => {
      const before = values.get(key(name, labels)) ?? [];
      values.set(key(name, labels), [...(before as readonly number[]), seconds]);
    },
  };
  const of = (name: string) => values.get(name);
  return { recorder, of, names: () => [...values.keys()] };
}

const localOnly = (name: string, number: number, spec: object = {}) =>
  service({ internalTrafficPolicy: 'Local', clusterIP: `172.30.0.${number}`, ...spec }, { name });
const elsewhere = (of: string) =>
  slice([at('10.0.0.9', { nodeName: 'n2' })], { of, name: `${of}-1` });
const planOf = (...objects: Parameters<typeof planned>[0]) =>
  planned(objects, { nodeName: 'n1', families: ['IPv4'] }).plan;

const synced = (more: Partial<SyncedEvent> = {}): SyncedEvent => ({
  reason: 'change',
  startedAt: 10_000,
  committedAt: 10_200,
  finishedAt: 10_250,
  receivedAt: 9_000,
  services: 3,
  endpoints: 7,
  extent: 'everything',
  plan: planOf(),
  revision: 12,
  diagnostics: [],
  ...more,
});
const started: Parameters<NonNullable<FollowObserver['syncStarted']>>[0] = {
  at: 10_000,
  reason: 'change',
  changes: 1,
};
const changed = (kind: 'Service' | 'EndpointSlice', time: number) =>
  ({ at: time, kind, type: 'MODIFIED', name: 'default/web' }) as const;

test('a sync: how long it took, when it was, and what the cluster has', () => {
  const { recorder, of } = remembering();
  const observer = metricsObserver(recorder, () => undefined, 0);
  observer.synced?.(synced());
  observer.synced?.(synced({ extent: new Set(), committedAt: undefined, reason: 'period' }));
  expect(of('kubeproxy_sync_proxy_rules_duration_seconds{ip_family=IPv4}')).toEqual([0.25, 0.25]);
  expect(of('kubeproxy_sync_full_proxy_rules_duration_seconds{ip_family=IPv4}')).toEqual([0.25]);
  expect(of('kubeproxy_sync_partial_proxy_rules_duration_seconds{ip_family=IPv4}')).toEqual([0.25]);
  expect(of('kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family=IPv4}')).toBe(10.25);
  expect(of('kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family=IPv6}')).toBeUndefined();
  expect(of('natc_event_to_commit_seconds')).toEqual([1.2]);
  expect(of('natc_sync_to_commit_seconds')).toEqual([0.2]);
  expect(of('natc_syncs_total{reason=change,result=changed}')).toBe(1);
  expect(of('natc_syncs_total{reason=period,result=unchanged}')).toBe(1);
  expect([of('natc_services'), of('natc_endpoints'), of('natc_revision')]).toEqual([3, 7, 12]);
});

test('changes are pending until the sync after them', () => {
  const { recorder, of } = remembering();
  const observer = metricsObserver(recorder, () => undefined, 0);
  const pending = 'kubeproxy_sync_proxy_rules_endpoint_changes_pending';
  observer.eventReceived?.(changed('EndpointSlice', 9_000));
  observer.eventReceived?.(changed('EndpointSlice', 9_500));
  observer.eventReceived?.(changed('Service', 9_600));
  expect(of(pending)).toBe(2);
  observer.syncStarted?.(started);
  observer.eventReceived?.(changed('EndpointSlice', 10_100));
  expect(of(pending)).toBe(3);
  observer.synced?.(synced());
  expect(of(pending)).toBe(1);
  expect(of('kubeproxy_sync_proxy_rules_service_changes_pending')).toBe(0);
  expect(of('kubeproxy_sync_proxy_rules_endpoint_changes_total')).toBe(3);
  expect(of('kubeproxy_sync_proxy_rules_service_changes_total')).toBe(1);
  expect(of('kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family=IPv4}')).toBe(10.1);
});

test('changes that a failed sync did not bring stay pending', () => {
  const { recorder, of } = remembering();
  const observer = metricsObserver(recorder, () => undefined, 0);
  observer.eventReceived?.(changed('Service', 9_000));
  observer.syncStarted?.(started);
  const failed = { reason: 'change', startedAt: 10_000, finishedAt: 10_500 } as const;
  observer.syncFailed?.({ ...failed, diagnostics: [] });
  expect(of('kubeproxy_sync_proxy_rules_service_changes_pending')).toBe(1);
  expect(of('natc_sync_failures_total{code=none}')).toBe(1);
});

test('H6 how long it took from the change of a pod to the kernel, since natc began', () => {
  const { recorder, of } = remembering();
  const observer = metricsObserver(recorder, () => undefined, 5_000);
  const told = (family: 'IPv4' | 'IPv6', triggeredAt: number) =>
    observer.eventReceived?.({
      ...changed('EndpointSlice', 9_000),
      trigger: { at: triggeredAt, family },
    });
  const seconds = (family: string) =>
    of(`kubeproxy_network_programming_duration_seconds{ip_family=${family}}`);
  told('IPv4', 8_200);
  told('IPv4', 4_000);
  observer.syncStarted?.(started);
  told('IPv6', 9_200);
  observer.syncFailed?.({ ...synced(), diagnostics: [] });
  observer.syncStarted?.(started);
  told('IPv6', 10_100);
  observer.synced?.(synced());
  expect([seconds('IPv4'), seconds('IPv6')]).toEqual([[2], [1]]);
  observer.synced?.(synced({ committedAt: undefined }));
  expect([seconds('IPv4'), seconds('IPv6')]).toEqual([[2], [1, 0.15]]);
});

test.each([
  ['nftables', 'NATC5003', 'kubeproxy_sync_proxy_rules_nftables_sync_failures_total'],
  ['iptables', 'NATC5052', 'kubeproxy_sync_proxy_rules_iptables_restore_failures_total'],
] as const)(
  '%s: what the kernel refuses counts as it does in kube-proxy',
  async (backend, code, name) => {
    const { syncRefusals } = await loadBackend(backend);
    const { recorder, of, names } = remembering();
    const observer = metricsObserver(recorder, () => syncRefusals, 0);
    const failed = (failure: 'NATC5003' | 'NATC5052' | 'NATC5025') =>
      observer.syncFailed?.({
        reason: 'change',
        startedAt: 10_000,
        finishedAt: 10_500,
        diagnostics: [{ code: failure, severity: 'error', message: '', places: [] }],
      });
    failed('NATC5025');
    expect(names().filter((each) => each.includes('failures_total{ip'))).toEqual([]);
    failed(code);
    expect(of(`${name}{ip_family=IPv4}`)).toBe(1);
    expect(of('natc_sync_failures_total{code=NATC5025}')).toBe(1);
    expect(of(`natc_sync_failures_total{code=${code}}`)).toBe(1);
  },
);

test('H6 ports that drop for want of local endpoints, over plans of some Services', () => {
  const { recorder, of } = remembering();
  const observer = metricsObserver(recorder, () => undefined, 0);
  const count = (policy: string) =>
    of(
      `kubeproxy_sync_proxy_rules_no_local_endpoints_total{ip_family=IPv4,traffic_policy=${policy}}`,
    );
  const external = { internalTrafficPolicy: 'Cluster', externalTrafficPolicy: 'Local' };
  observer.synced?.(
    synced({
      plan: planOf(
        localOnly('a', 1),
        elsewhere('a'),
        localOnly('b', 2, {
          ...external,
          type: 'NodePort',
          ports: [{ name: 'http', port: 80, nodePort: 30080 }],
        }),
        elsewhere('b'),
        // Without any endpoint traffic is refused, which is not counted.
        localOnly('c', 3),
      ),
    }),
  );
  expect([count('internal'), count('external')]).toEqual([1, 1]);
  observer.synced?.(
    synced({ plan: planOf(localOnly('c', 3), elsewhere('c')), extent: new Set(['default/c']) }),
  );
  expect([count('internal'), count('external')]).toEqual([2, 1]);
  observer.synced?.(synced({ extent: new Set(['default/a', 'default/b']) }));
  expect([count('internal'), count('external')]).toEqual([1, 0]);
});
