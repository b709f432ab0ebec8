/**
 * The metrics of `natc apply --follow`: under kube-proxy's names where they mean the same, under names of
 * natc's where kube-proxy has none or means something else. docs/follow.md has them as a table.
 */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds in seconds, of a histogram. */
  readonly buckets?: readonly number[];
}

const exponential = (first: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Number((first * factor ** index).toPrecision(12)));

const linear = (first: number, step: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index * step);

/** 1 ms to 16 s, as kube-proxy's. */
const syncBuckets = exponential(0.001, 2, 15);

/** From kube-proxy: a quarter of a second to five minutes. */
const programmingBuckets = [
  ...linear(0.25, 0.25, 2),
  ...linear(1, 1, 59),
  ...linear(60, 5, 12),
  ...linear(120, 30, 7),
];

const family = ['ip_family'];

export const metrics = {
  kubeproxy_sync_proxy_rules_duration_seconds: {
    type: 'histogram',
    help: 'How long syncs took, those that failed too',
    labels: family,
    buckets: syncBuckets,
  },
  kubeproxy_sync_full_proxy_rules_duration_seconds: {
    type: 'histogram',
    help: 'How long syncs of all Services took',
    labels: family,
    buckets: syncBuckets,
  },
  kubeproxy_sync_partial_proxy_rules_duration_seconds: {
    type: 'histogram',
    help: 'How long syncs of the Services that changed took',
    labels: family,
    buckets: syncBuckets,
  },
  kubeproxy_sync_proxy_rules_last_timestamp_seconds: {
    type: 'gauge',
    help: 'When the kernel last held what the API server said',
    labels: family,
  },
  kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds: {
    type: 'gauge',
    help: 'When a sync was last asked for',
    labels: family,
  },
  kubeproxy_network_programming_duration_seconds: {
    type: 'histogram',
    help: 'From the change of a pod or Service, as EndpointSlices tell it, to the kernel',
    labels: family,
    buckets: programmingBuckets,
  },
  kubeproxy_sync_proxy_rules_service_changes_total: {
    type: 'counter',
    help: 'Changes of Services that came in',
    labels: [],
  },
  kubeproxy_sync_proxy_rules_service_changes_pending: {
    type: 'gauge',
    help: 'Changes of Services that the kernel does not have yet',
    labels: [],
  },
  kubeproxy_sync_proxy_rules_endpoint_changes_total: {
    type: 'counter',
    help: 'Changes of EndpointSlices that came in',
    labels: [],
  },
  kubeproxy_sync_proxy_rules_endpoint_changes_pending: {
    type: 'gauge',
    help: 'Changes of EndpointSlices that the kernel does not have yet',
    labels: [],
  },
  kubeproxy_sync_proxy_rules_no_local_endpoints_total: {
    type: 'gauge',
    help: 'Service ports with traffic policy Local that drop traffic: endpoints, but none on this node',
    labels: ['traffic_policy', 'ip_family'],
  },
  kubeproxy_sync_proxy_rules_nftables_sync_failures_total: {
    type: 'counter',
    help: 'Syncs that nft or the kernel refused',
    labels: family,
  },
  kubeproxy_sync_proxy_rules_iptables_restore_failures_total: {
    type: 'counter',
    help: 'Syncs that iptables-restore or the kernel refused',
    labels: family,
  },
  kubeproxy_proxy_healthz_total: {
    type: 'counter',
    help: 'Answers of /healthz',
    labels: ['code'],
  },
  kubeproxy_proxy_livez_total: {
    type: 'counter',
    help: 'Answers of /livez',
    labels: ['code'],
  },
  natc_build_info: {
    type: 'gauge',
    help: 'Always 1',
    labels: ['version'],
  },
  natc_syncs_total: {
    type: 'counter',
    help: 'Syncs by what they were for: list, change, period, retry; and by how they ended: changed, unchanged, failed',
    labels: ['reason', 'result'],
  },
  natc_sync_failures_total: {
    type: 'counter',
    help: 'Syncs that failed, by the code of the first error: natc explain-code tells what it means',
    labels: ['code'],
  },
  natc_event_to_commit_seconds: {
    type: 'histogram',
    help: 'From the arrival of the oldest event of a sync to the commit of the kernel, the wait for others included',
    labels: [],
    buckets: exponential(0.001, 2, 17),
  },
  natc_sync_to_commit_seconds: {
    type: 'histogram',
    help: 'From the beginning of a sync to the commit of the kernel',
    labels: [],
    buckets: syncBuckets,
  },
  natc_last_received_timestamp_seconds: {
    type: 'gauge',
    help: 'When the API server last sent a list or a change',
    labels: [],
  },
  natc_lists_total: {
    type: 'counter',
    help: 'Lists that the API server was asked for and gave; more than one of a kind: a watch broke',
    labels: ['kind'],
  },
  natc_services: { type: 'gauge', help: 'Services of the cluster', labels: [] },
  natc_endpoints: {
    type: 'gauge',
    help: "Endpoints in the cluster's EndpointSlices",
    labels: [],
  },
  natc_revision: {
    type: 'gauge',
    help: 'Number of the revision that the kernel holds, as natc status has it',
    labels: [],
  },
  natc_node_eligible: {
    type: 'gauge',
    help: '0 while the node is being deleted or the API server does not have it',
    labels: [],
  },
  natc_health_check_servers: {
    type: 'gauge',
    help: 'Sockets for health-check node ports: listening, or failed because others hold the port',
    labels: ['state'],
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'Processor time of natc, without the programs that it runs',
    labels: [],
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of natc',
    labels: [],
  },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'When natc was started',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;

export type MetricLabels = Readonly<Record<string, string>>;

/** Where values go; of a registry, or nowhere. */
export interface MetricRecorder {
  /** Adds to a counter, 1 by default. */
  readonly add: (name: MetricName, labels?: MetricLabels, by?: number) => void;
  /** Sets a gauge. */
  readonly set: (name: MetricName, value: number, labels?: MetricLabels) => void;
  /** Adds a value, in seconds, to a histogram. */
  readonly observe: (name: MetricName, seconds: number, labels?: MetricLabels) => void;
}

export const noMetrics: MetricRecorder = {
  add: () => undefined,
  set: () => undefined,
  observe: () => undefined,
};
