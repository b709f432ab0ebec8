import { cpuUsage, memoryUsage, uptime } from 'node:process';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type HttpAnswer, notFound, textHeaders } from '../../serve/answer.ts';
import {
  type MetricDefinition,
  type MetricLabels,
  type MetricName,
  type MetricRecorder,
  metrics,
} from '../../serve/metrics.ts';

export interface MetricsRegistry {
  readonly recorder: MetricRecorder;
  /** The metrics in Prometheus' text format, with its content type. */
  readonly print: () => Promise<HttpAnswer>;
}

/**
 * A registry of all that `metrics` defines. A metric without labels is there from the beginning, with 0; one
 * with labels once it has a value. A name or label that is not defined is passed over: metrics must not end
 * what they measure.
 *
 * Of prom-client's own metrics of the process natc takes none: they measure the event loop by waking it up a
 * hundred times a second.
 */
export function metricsRegistry(): MetricsRegistry {
  const registry = new Registry();
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Gauge>();
  const histograms = new Map<MetricName, Histogram>();
  for (const name of Object.keys(metrics) as MetricName[]) {
    const definition: MetricDefinition = metrics[name];
    const { help, labels, buckets = [] } = definition;
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    switch (definition.type) {
      case 'counter':
        counters.set(name, new Counter(common));
        break;
      case 'gauge':
        gauges.set(name, new Gauge(common));
        break;
      case 'histogram':
        histograms.set(name, new Histogram({ ...common, buckets: [...buckets] }));
        break;
    }
  }
  const started = Date.now() / 1000 - uptime();
  const sample = (): void => {
    const { user, system } = cpuUsage();
    const cpu = counters.get('process_cpu_seconds_total');
    cpu?.reset();
    cpu?.inc((user + system) / 1e6);
    gauges.get('process_resident_memory_bytes')?.set(memoryUsage.rss());
    gauges.get('process_start_time_seconds')?.set(started);
  };
  return {
    recorder: {
      add: (name, labels = {}, by = 1) => quietly(() => counters.get(name)?.inc(labels, by)),
      set: (name, value, labels = {}) => quietly(() => gauges.get(name)?.set(labels, value)),
      observe: (name, seconds, labels: MetricLabels = {}) =>
        quietly(() => histograms.get(name)?.observe(labels, seconds)),
    },
    print: async () => {
      sample();
      const headers = { 'Content-Type': registry.contentType };
      return { status: 200, headers, body: await registry.metrics() };
    },
  };
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // prom-client throws on what is not defined.
  }
}

/** The paths of kube-proxy's metrics server that natc has: `/metrics`, `/healthz` (always ok) and `/proxyMode`. */
export async function metricsAnswer(
  path: string,
  registry: MetricsRegistry,
  backend: string,
): Promise<HttpAnswer> {
  switch (path) {
    case '/metrics':
      return registry.print();
    case '/healthz':
      return { status: 200, headers: textHeaders, body: 'ok' };
    case '/proxyMode':
      return { status: 200, headers: textHeaders, body: backend };
    default:
      return notFound;
  }
}
