import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import type { Protocol } from '../net/family.ts';
import { count, list, mapping, text, textsOf } from './values.ts';

/** A container port, as far as a Service's targetPort can name it. */
export interface ContainerPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** What makes pods, or is one: as it was written, since the API server has not seen it. */
export interface Workload {
  readonly object: SourceObject;
  /** `Deployment shop/web` */
  readonly title: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Of the pods. */
  readonly labels: ReadonlyMap<string, string>;
  /** How many pods there are to be. */
  readonly pods: PodCount;
  /** Of all containers, and of those init containers that go on running. */
  readonly ports: readonly ContainerPort[];
  readonly hostNetwork: boolean;
  /** Conditions that somebody has to set before a pod is ready. */
  readonly readinessGates: readonly string[];
  readonly nodeName: string | undefined;
  readonly nodeSelector: ReadonlyMap<string, string>;
  /** As written. */
  readonly tolerations: unknown;
  /** The title of what controls it, where something does. */
  readonly owner: string | undefined;
  /** Of a Pod that runs; undefined for what is only written. */
  readonly running: RunningPod | undefined;
}

export type PodCount =
  | { readonly kind: 'number'; readonly number: number; readonly field: string }
  /** One on each node. */
  | { readonly kind: 'nodes' };

export interface RunningPod {
  readonly addresses: readonly string[];
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  /** It has ended, and is no endpoint any more. */
  readonly isOver: boolean;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads a Pod, or anything with a template of pods: any kind with `spec.template` or, as CronJobs have it,
 * `spec.jobTemplate.spec.template`, in which there are containers.
 *
 * @returns undefined for an object that makes no pods, or none that last
 */
export function readWorkload(object: SourceObject): Workload | undefined {
  const metadata = mapping(object.value['metadata']);
  const spec = mapping(object.value['spec']);
  const name = text(metadata['name']) ?? text(metadata['generateName']);
  const pod = object.kind === 'Pod' ? { metadata, spec } : templateOf(spec);
  if (name === undefined || pod === undefined || !Array.isArray(pod.spec['containers']))
    return undefined;
  if (isHook(object)) return undefined;
  const namespace = text(metadata['namespace']) ?? 'default';
  return {
    object,
    title: `${object.kind} ${namespace}/${name}`,
    kind: object.kind,
    namespace,
    name,
    labels: textsOf(pod.metadata['labels']),
    pods: podCount(object.kind, spec),
    ports: containerPorts(pod.spec),
    hostNetwork: pod.spec['hostNetwork'] === true,
    readinessGates: list(pod.spec['readinessGates']).flatMap((gate) =>
      isMapping(gate) ? (text(gate['conditionType']) ?? []) : [],
    ),
    nodeName: text(pod.spec['nodeName']),
    nodeSelector: textsOf(pod.spec['nodeSelector']),
    tolerations: pod.spec['tolerations'],
    owner: ownerOf(metadata, namespace),
    running: object.kind === 'Pod' ? runningPod(metadata, object.value['status']) : undefined,
  };
}

/** Annotations of what runs once while Helm or Argo CD installs, upgrades or tests, and is no part of what stays. */
const hookAnnotations = ['helm.sh/hook', 'argocd.argoproj.io/hook'];

/** Charts give the pod that tests them the labels that their Service selects. What a cluster says of is there, though. */
function isHook({ kind, value }: SourceObject): boolean {
  const annotations = mapping(mapping(value['metadata'])['annotations']);
  const endsBySelf = kind === 'Pod' || kind === 'Job';
  return (
    endsBySelf &&
    value['status'] === undefined &&
    hookAnnotations.some((name) => annotations[name] !== undefined)
  );
}

function ownerOf(metadata: Mapping, namespace: string): string | undefined {
  const owner = list(metadata['ownerReferences'])
    .map(mapping)
    .find(({ controller }) => controller === true);
  return owner && `${owner['kind']} ${namespace}/${owner['name']}`;
}

function templateOf(
  spec: Mapping,
): { readonly metadata: Mapping; readonly spec: Mapping } | undefined {
  const job = mapping(mapping(spec['jobTemplate'])['spec']);
  const template = spec['template'] ?? job['template'];
  if (!isMapping(template) || !isMapping(template['spec'])) return undefined;
  return { metadata: mapping(template['metadata']), spec: template['spec'] };
}

/** The controllers' own defaults. */
function podCount(kind: string, spec: Mapping): PodCount {
  switch (kind) {
    case 'Pod':
      return { kind: 'number', number: 1, field: '' };
    case 'DaemonSet':
      return { kind: 'nodes' };
    case 'Job':
      return jobPods(spec, 'spec');
    case 'CronJob':
      return spec['suspend'] === true
        ? { kind: 'number', number: 0, field: 'spec.suspend' }
        : jobPods(mapping(mapping(spec['jobTemplate'])['spec']), 'spec.jobTemplate.spec');
    default:
      return { kind: 'number', number: count(spec['replicas']) ?? 1, field: 'spec.replicas' };
  }
}

/** At any time `parallelism` of them run, and never more than are to be completed. */
function jobPods(spec: Mapping, path: string): PodCount {
  if (spec['suspend'] === true) return { kind: 'number', number: 0, field: `${path}.suspend` };
  const parallelism = count(spec['parallelism']) ?? 1;
  const completions = count(spec['completions']) ?? parallelism;
  return {
    kind: 'number',
    number: Math.min(parallelism, completions),
    field: `${path}.parallelism`,
  };
}

function containerPorts(spec: Mapping): readonly ContainerPort[] {
  const sidecars = list(spec['initContainers']).filter(
    (container) => isMapping(container) && container['restartPolicy'] === 'Always',
  );
  return [...list(spec['containers']), ...sidecars].flatMap((container) =>
    list(mapping(container)['ports']).flatMap((entry) => {
      const { name, containerPort, protocol } = mapping(entry);
      const port = count(containerPort);
      if (port === undefined) return [];
      const known = protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP';
      return [{ name: text(name) ?? '', port, protocol: known } as const];
    }),
  );
}

/** What the kubelet says of a Pod; undefined where it has said nothing. */
function runningPod(metadata: Mapping, value: unknown): RunningPod | undefined {
  const status = mapping(value);
  const ips = list(status['podIPs']).flatMap((each) => text(mapping(each)['ip']) ?? []);
  const addresses = ips.length > 0 ? ips : [text(status['podIP'])].filter((ip) => ip !== undefined);
  const phase = text(status['phase']);
  if (addresses.length === 0 && phase === undefined) return undefined;
  return {
    addresses,
    isReady: list(status['conditions']).some((each) => {
      const { type, status: state } = mapping(each);
      return type === 'Ready' && state === 'True';
    }),
    isTerminating: text(metadata['deletionTimestamp']) !== undefined,
    isOver: phase === 'Succeeded' || phase === 'Failed',
  };
}
