import type { SourceObject } from '../diagnostics/source.ts';
import type { NodePlace } from '../workloads/nodes.ts';
import { type Expanded, type Pod, podsOf } from '../workloads/pods.ts';
import {
  isSelectedBy,
  type PodSelection,
  selectorOf,
  targetPorts,
} from '../workloads/selection.ts';
import { list, mapping, text } from '../workloads/values.ts';
import type { Workload } from '../workloads/workload.ts';
import { type HeldEndpoint, heldEndpointsOf } from './held-slices.ts';
import { type Maker, type Makers, makerOf } from './makers.ts';
import type { Sought } from './sought.ts';
import { slicesOf } from './update-slices.ts';

export interface Found {
  /** In the place of those that the cluster has. */
  readonly slices: readonly SourceObject[];
  /** Pods that do not run yet. */
  readonly joining: PodSelection;
}

/** What there is to find endpoints among. */
export interface EndpointSurroundings {
  readonly makers: Makers;
  readonly nodes: readonly NodePlace[];
  /** Pods of the namespace that run, however that is known; see {@link runningPods}. */
  readonly runs: () => readonly Workload[];
  /** Whether the cluster's pods are known: then what is not among them is not there. */
  readonly knowsPods: boolean;
}

type Selector = ReadonlyMap<string, string>;

/**
 * The endpoints that a Service will have once manifests are applied: those of the cluster that its selector still
 * finds, as many as their workload is to have, and pods that are to come. Addresses, nodes and readiness of what runs
 * stay as the cluster has them, though a rollout would replace the pods.
 *
 * @returns undefined where nobody can tell: the selector is another, and what it finds is not known
 */
export function findEndpoints(
  sought: Sought,
  surroundings: EndpointSurroundings,
): Found | undefined {
  const { service, before, after, slices } = sought;
  const { makers, knowsPods } = surroundings;
  const selector = selectorOf(after);
  const old = before && selectorOf(before);
  if (selector === undefined) return undefined;
  const [namespace = ''] = service.split('/');
  const isSelected = (workload: Workload): boolean => isSelectedBy(selector, namespace, workload);
  const had = slices.flatMap(heldEndpointsOf);
  const stays = (held: HeldEndpoint): boolean => {
    const labelled = describes(held.pod, makers);
    return labelled === undefined ? isWeaker(selector, old) : isSelected(labelled);
  };
  const isSame =
    slices.length > 0 && old !== undefined && isWeaker(selector, old) && isWeaker(old, selector);
  const kept = had.filter(stays);
  const known = new Set(kept.map(({ pod }) => pod));
  const running = isSame
    ? []
    : surroundings.runs().filter((pod) => isSelected(pod) && !known.has(pod.name));
  const counted = [...kept.flatMap(({ pod }) => pod ?? []), ...running.map(({ name }) => name)];
  const selected = makers.workloads.filter(({ workload }) => isSelected(workload));
  const counts = selected.map((maker) => countOf(maker, counted, isSame, surroundings));
  const lost = new Set(counts.flatMap(({ have, wanted }) => leaving(have, wanted, kept)));
  const written = [...makers.pods.values()].filter(
    (pod) => pod.running === undefined && isSelected(pod) && !known.has(pod.name),
  );
  const joining = [
    ...counts.flatMap(({ more }) => more ?? []),
    ...written.map((pod) => podsOf(pod, surroundings.nodes, undefined)),
  ].filter(({ pods, wanted }) => pods.length > 0 || wanted > 0);
  const left = kept.filter(({ pod }) => pod === undefined || !lost.has(pod));
  const isNothing = left.length + running.length + joining.length === 0;
  const isUnknown = !isSame && selected.length === 0 && !knowsPods;
  if (isNothing && isUnknown) return undefined;
  const targets = [...selected.map(({ workload }) => workload), ...written];
  return {
    slices: slicesOf(sought, { kept: left, running, makers, isEmpty: isNothing }),
    joining: {
      object: after,
      service,
      selector,
      found: joining,
      unnamed: targets
        .filter((workload) => isNew(workload, makers))
        .flatMap((workload) => targetPorts(after, workload).unnamed),
    },
  };
}

const isRunning = ({ running }: Workload): boolean =>
  running !== undefined && running.addresses.length > 0 && !running.isOver;

/**
 * The pods of a namespace that run: Pod objects, and those of which only slices tell, with the labels that their workload
 * gives them.
 *
 * @param seen endpoints of any Service of the namespace
 */
export function runningPods(makers: Makers, seen: readonly HeldEndpoint[]): readonly Workload[] {
  const found = new Map<string, Workload>();
  for (const { pod: name, endpoint, isReady } of seen) {
    const maker = name === undefined ? undefined : makerOf(name, makers);
    if (name === undefined || maker === undefined) continue;
    const earlier = found.get(name)?.running?.addresses ?? [];
    const addresses = list(endpoint['addresses']).flatMap((each) => text(each) ?? []);
    const isTerminating = mapping(endpoint['conditions'])['terminating'] === true;
    found.set(name, {
      ...maker.workload,
      ...{ kind: 'Pod', name, nodeName: text(endpoint['nodeName']) },
      running: {
        addresses: [...new Set([...earlier, ...addresses])],
        ...{ isReady, isTerminating, isOver: false },
      },
    });
  }
  return [
    ...[...makers.pods.values()].filter(isRunning),
    ...[...found.values()].filter(({ name }) => !makers.pods.has(name)),
  ];
}

/** What says which labels a pod will have. */
function describes(pod: string | undefined, makers: Makers): Workload | undefined {
  if (pod === undefined) return undefined;
  const maker = makerOf(pod, makers);
  return maker?.isWritten === true ? maker.workload : (makers.pods.get(pod) ?? maker?.workload);
}

/** Whether all that the other selector finds is found by this one too. */
const isWeaker = (selector: Selector, other: Selector | undefined): boolean =>
  other !== undefined && [...selector].every(([key, value]) => other.get(key) === value);

const isNew = (workload: Workload, { workloads }: Makers): boolean =>
  workloads.some((each) => each.workload === workload && each.isWritten) ||
  (workload.kind === 'Pod' && workload.running === undefined);

interface Count {
  /** The pods that it has, by name. */
  readonly have: readonly string[];
  readonly wanted: number;
  /** What is to come. */
  readonly more: Expanded | undefined;
}

/**
 * How many pods a workload will have beside those that it has. What the manifests do not say stays as it is in the
 * cluster: a Deployment without replicas, the pods of an autoscaler within its limits, a workload that is not theirs.
 */
function countOf(
  maker: Maker,
  pods: readonly string[],
  isSame: boolean,
  { makers, nodes }: EndpointSurroundings,
): Count {
  const { workload, isWritten, saysCount } = maker;
  const have = [...new Set(pods.filter((name) => makerOf(name, makers) === maker))];
  const autoscaler = makers.autoscalers.get(workload.title);
  const expanded = podsOf(workload, nodes, autoscaler);
  const asItIs = { have, wanted: have.length, more: undefined };
  if (!isWritten && (isSame || have.length > 0)) return asItIs;
  if (workload.pods.kind === 'nodes' && have.length > 0) return asItIs;
  if (have.length === 0) return { have, wanted: expanded.wanted, more: expanded };
  const wanted =
    autoscaler !== undefined
      ? Math.min(
          Math.max(have.length, autoscaler.least),
          autoscaler.most ?? Number.MAX_SAFE_INTEGER,
        )
      : saysCount && workload.pods.kind === 'number'
        ? workload.pods.number
        : have.length;
  if (wanted <= have.length) return { have, wanted, more: undefined };
  const all = podsOf(
    { ...workload, pods: { kind: 'number', number: wanted, field: '' } },
    nodes,
    undefined,
  );
  const added: readonly Pod[] = all.pods.slice(have.length).map((pod) => ({ ...pod, workload }));
  const more = { workload, pods: added, autoscaler: undefined, wanted: wanted - have.length };
  return { have, wanted, more };
}

/** The pods that a controller would stop: of a StatefulSet the last ones, else those first that are not ready. */
function leaving(
  have: readonly string[],
  wanted: number,
  kept: readonly HeldEndpoint[],
): readonly string[] {
  if (have.length <= wanted) return [];
  const ready = new Set(kept.filter(({ isReady }) => isReady).map(({ pod }) => pod));
  const ordinal = (name: string): number => Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
  const rank = (name: string): number => (ready.has(name) ? 0 : 1);
  const sorted = [...have].sort(
    (a, b) => rank(a) - rank(b) || ordinal(a) - ordinal(b) || (a < b ? -1 : 1),
  );
  return sorted.slice(wanted);
}

/** Whether the endpoints of a Service are found by a selector, and served. */
export const isSelecting = (service: SourceObject): boolean =>
  selectorOf(service) !== undefined && mapping(service.value['spec'])['type'] !== 'ExternalName';
