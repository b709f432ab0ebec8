import type { SourceObject } from '../diagnostics/source.ts';
import { readAutoscalers } from './autoscalers.ts';
import type { NodePlace } from './nodes.ts';
import { type Expanded, podsOf } from './pods.ts';
import { isSelectedBy, type PodSelection, selectorOf, targetPorts } from './selection.ts';
import { mapping, text } from './values.ts';
import { readWorkload, type Workload } from './workload.ts';

/** The workloads among the objects with their pods, in the order of their titles. */
export function expandWorkloads(
  others: readonly SourceObject[],
  nodes: readonly NodePlace[],
): readonly Expanded[] {
  const read = new Map<string, Workload>();
  for (const object of others) {
    const workload = readWorkload(object);
    if (workload !== undefined) read.set(workload.title, workload);
  }
  const autoscalers = readAutoscalers(others);
  return [...read.values()]
    .filter((workload) => !controllersOf(workload).some((title) => read.has(title)))
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map((workload) => podsOf(workload, nodes, autoscalers.get(workload.title)));
}

/**
 * The titles of what may control a workload: its owner, and what must have made that, of which the workload says
 * nothing and which is there even where the owner was left out. A Deployment calls its ReplicaSets after itself and the
 * hash that their pods bear as a label, a CronJob its Jobs after itself and the time.
 */
function controllersOf({ owner, labels, kind }: Workload): readonly string[] {
  if (owner === undefined) return [];
  const hash = labels.get('pod-template-hash');
  const ofHash =
    hash !== undefined && owner.startsWith('ReplicaSet ') && owner.endsWith(`-${hash}`)
      ? [owner.slice(0, -hash.length - 1).replace(/^ReplicaSet/, 'Deployment')]
      : [];
  const timed = kind === 'Pod' ? /^Job (.*)-\d+$/.exec(owner)?.[1] : undefined;
  return [owner, ...ofHash, ...(timed === undefined ? [] : [`CronJob ${timed}`])];
}

/**
 * What the selector of each Service finds, of those of which no slice says where their endpoints are. A selector that
 * finds nothing is among them.
 */
export function selections(
  objects: readonly SourceObject[],
  workloads: readonly Expanded[],
): readonly PodSelection[] {
  const sliced = new Set(
    objects.filter(({ kind }) => kind === 'EndpointSlice').map(({ value }) => serviceOf(value)),
  );
  const byNamespace = new Map<string, Expanded[]>();
  for (const each of workloads) {
    const { namespace } = each.workload;
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), each]);
  }
  return objects.flatMap((object) => {
    const selector = selectorOf(object);
    const metadata = mapping(object.value['metadata']);
    const name = text(metadata['name']);
    const namespace = text(metadata['namespace']) ?? 'default';
    const service = `${namespace}/${name}`;
    if (selector === undefined || name === undefined || sliced.has(service)) return [];
    const found = (byNamespace.get(namespace) ?? []).filter(({ workload }) =>
      isSelectedBy(selector, namespace, workload),
    );
    const unnamed = found.flatMap(({ workload }) => targetPorts(object, workload).unnamed);
    return [{ object, service, selector, found, unnamed }];
  });
}

/** Of a slice. */
function serviceOf(value: SourceObject['value']): string {
  const { namespace, labels } = mapping(value['metadata']);
  const name = mapping(labels)['kubernetes.io/service-name'];
  return `${text(namespace) ?? 'default'}/${name}`;
}
