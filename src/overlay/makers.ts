import type { SourceObject } from '../diagnostics/source.ts';
import type { Autoscaler } from '../workloads/autoscalers.ts';
import { readAutoscalers } from '../workloads/autoscalers.ts';
import { readWorkload, type Workload } from '../workloads/workload.ts';

/** What makes the pods of a namespace, or is one. */
export interface Makers {
  /** Pods by name. */
  readonly pods: ReadonlyMap<string, Workload>;
  /** All else. */
  readonly workloads: readonly Maker[];
  /** Of all namespaces, by the title of what they scale. */
  readonly autoscalers: ReadonlyMap<string, Autoscaler>;
  /** Whether the manifests have any of them. */
  readonly isWritten: boolean;
}

export interface Maker {
  readonly workload: Workload;
  /** Whether the manifests have it, so that its template is what its pods will be. */
  readonly isWritten: boolean;
  /** Whether the manifest says how many pods there are to be. */
  readonly saysCount: boolean;
}

interface Collected {
  readonly pods: Map<string, Workload>;
  readonly workloads: Maker[];
  isWritten: boolean;
}

const none: Omit<Makers, 'autoscalers'> = { pods: new Map(), workloads: [], isWritten: false };

/**
 * @param others what makes pods once the manifests are applied
 * @param written those of them that the manifests have
 * @returns by namespace
 */
export function makersOf(
  others: readonly SourceObject[],
  written: ReadonlySet<SourceObject>,
): (namespace: string) => Makers {
  const found = new Map<string, Collected>();
  const autoscalers = readAutoscalers(others);
  const titles = new Set<string>();
  const read = others.flatMap((object) => {
    const workload = readWorkload(object);
    if (workload === undefined) return [];
    titles.add(workload.title);
    return [{ object, workload }];
  });
  for (const { object, workload } of read) {
    const { namespace, name, kind, owner } = workload;
    const own: Collected = found.get(namespace) ?? {
      ...{ pods: new Map(), workloads: [], isWritten: false },
    };
    found.set(namespace, own);
    const isWritten = written.has(object);
    own.isWritten ||= isWritten;
    if (kind === 'Pod') own.pods.set(name, workload);
    // A ReplicaSet of a Deployment that is there makes nothing of its own.
    else if (owner === undefined || !titles.has(owner))
      own.workloads.push({ workload, isWritten, saysCount: saysCount(object) });
  }
  return (namespace) => ({ ...(found.get(namespace) ?? none), autoscalers });
}

function saysCount({ kind, value }: SourceObject): boolean {
  const { spec } = value;
  const isCounted = typeof spec === 'object' && spec !== null && 'replicas' in spec;
  return isCounted || kind === 'Job' || kind === 'CronJob';
}

/**
 * Which workload made a pod, by the way controllers name pods. Where several names would do it is the longest, since
 * that of another may begin like it.
 */
export function makerOf(podName: string, { workloads }: Makers): Maker | undefined {
  const fitting = workloads.filter(
    ({ workload: { kind, name } }) =>
      podName.startsWith(`${name}-`) && endings(kind).test(podName.slice(name.length)),
  );
  return fitting.reduce<Maker | undefined>(
    (best, each) =>
      best === undefined || each.workload.name.length > best.workload.name.length ? each : best,
    undefined,
  );
}

function endings(kind: string): RegExp {
  switch (kind) {
    case 'StatefulSet':
      return /^-\d+$/;
    case 'Deployment':
      return /^-[a-z0-9]{1,10}-[a-z0-9]{5}$/;
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
      return /^-[a-z0-9]{5}$/;
    case 'Job':
      return /^-(?:\d+-)?[a-z0-9]{5}$/;
    case 'CronJob':
      return /^-\d+-(?:\d+-)?[a-z0-9]{5}$/;
    default:
      return /^-(?:[a-z0-9]{1,10}-)?(?:[a-z0-9]{5}|\d+)$/;
  }
}
