import { hash } from 'node:crypto';
import type { Autoscaler } from './autoscalers.ts';
import { type NodePlace, tolerates } from './nodes.ts';
import type { Workload } from './workload.ts';

/** A pod that a workload will have. What it is called and where it runs does not depend on how many there are. */
export interface Pod {
  readonly workload: Workload;
  /** `Deployment shop/web 2` */
  readonly key: string;
  /** `pod 2 of Deployment shop/web` */
  readonly title: string;
  readonly node: NodePlace;
}

/** What becomes of a workload. */
export interface Expanded {
  readonly workload: Workload;
  readonly pods: readonly Pod[];
  /** Where the number is one that an autoscaler may raise. */
  readonly autoscaler: Autoscaler | undefined;
  /** How many there would be, were there room: more than there are pods where something keeps them away. */
  readonly wanted: number;
}

/** Nobody writes more than that by hand, and each costs memory. */
export const mostPods = 1000;

/**
 * The pods of a workload, spread over the nodes where they may run, one after the other from a node that its name
 * chooses.
 *
 * @param nodes in the order of their names; never empty
 */
export function podsOf(
  workload: Workload,
  nodes: readonly NodePlace[],
  autoscaler: Autoscaler | undefined,
): Expanded {
  const fitting = nodes.filter((node) => fits(workload, node));
  const { title, pods: count, hostNetwork, running } = workload;
  const isPerNode = count.kind === 'nodes';
  const wanted = isPerNode ? fitting.length : (autoscaler?.least ?? count.number);
  // Two pods of a template that listen on the node's own ports do not fit on one node.
  const isOnePerNode = isPerNode || (hostNetwork && nodes.some(({ isKnown }) => isKnown));
  const room = fitting.length === 0 ? 0 : isOnePerNode ? fitting.length : mostPods;
  const first = fitting.length === 0 ? 0 : Number.parseInt(hash('sha256', title).slice(0, 8), 16);
  const pods = Array.from(
    { length: Math.min(wanted, room, mostPods) },
    (_, index): readonly Pod[] => {
      const node = fitting[isPerNode ? index : (first + index) % fitting.length];
      if (node === undefined) return [];
      return [
        { workload, node, ...namesOf(workload, index + 1, isPerNode ? node.name : undefined) },
      ];
    },
  ).flat();
  return { workload, autoscaler, wanted, pods: running?.isOver === true ? [] : pods };
}

function namesOf(
  { kind, title }: Workload,
  number: number,
  nodeName: string | undefined,
): Pick<Pod, 'key' | 'title'> {
  if (kind === 'Pod') return { key: title, title };
  if (nodeName !== undefined)
    return { key: `${title} on ${nodeName}`, title: `pod of ${title} on ${nodeName}` };
  return { key: `${title} ${number}`, title: `pod ${number} of ${title}` };
}

function fits({ nodeName, nodeSelector, tolerations }: Workload, node: NodePlace): boolean {
  if (!node.isKnown) return true;
  if (nodeName !== undefined) return nodeName === node.name;
  return (
    [...nodeSelector].every(([key, value]) => node.labels.get(key) === value) &&
    tolerates(tolerations, node)
  );
}
