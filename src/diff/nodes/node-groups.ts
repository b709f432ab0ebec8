import { naturalCompare } from '../../ruleset/natural-compare.ts';
import type { Change, TrafficDiff } from '../change.ts';
import type { MappedService } from '../html/traffic-map.ts';

/** What changes for packets on one node. */
export interface NodeDiff {
  readonly node: string;
  readonly diff: TrafficDiff;
  /** What is to be drawn of it, as on this node. */
  readonly map: readonly MappedService[];
}

/** Nodes of which the same is to be told. */
export interface NodeGroup {
  /** In the order of their names; never empty. */
  readonly nodes: readonly string[];
  /** Of the first node: witnesses and examples, which are not told of the others, are this node's. */
  readonly diff: TrafficDiff;
  readonly map: readonly MappedService[];
}

/** What changes for packets on the nodes of a cluster. */
export interface NodesDiff {
  /** The nodes on which something changes: the largest group first. */
  readonly groups: readonly NodeGroup[];
  readonly unchanged: readonly string[];
  /** Nodes that one side alone has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

/**
 * Groups nodes whose difference is the same. It is when everything told of the changes is, whatever
 * their order: kinds, addresses, clients, endpoints with probabilities, risks, and fields of the
 * manifests. The difference of a node whose group is there already is dropped at once.
 *
 * @param diffs in the order of the nodes' names
 */
export function groupNodes(diffs: Iterable<NodeDiff>): Pick<NodesDiff, 'groups' | 'unchanged'> {
  const groups = new Map<string, NodeGroup & { readonly nodes: string[] }>();
  const unchanged: string[] = [];
  for (const { node, diff, map } of diffs) {
    if (diff.changes.length === 0) {
      unchanged.push(node);
      continue;
    }
    const key = keyOf(diff);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { nodes: [node], diff: withoutUnchanged(diff), map });
    else group.nodes.push(node);
  }
  const bySize = (a: NodeGroup, b: NodeGroup): number =>
    b.nodes.length - a.nodes.length || naturalCompare(a.nodes[0] ?? '', b.nodes[0] ?? '');
  return { groups: [...groups.values()].sort(bySize), unchanged };
}

export const isSameOnAllNodes = ({ groups, onlyBefore, onlyAfter }: NodesDiff): boolean =>
  groups.length === 0 && onlyBefore.length === 0 && onlyAfter.length === 0;

/** The names of thousands of Services are no part of a difference in three of them. */
function withoutUnchanged(diff: TrafficDiff): TrafficDiff {
  const changed = new Set(diff.changes.map(({ service }) => service));
  const kept = (names: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...names].filter((name) => changed.has(name)));
  const { before, after } = diff.services;
  return { ...diff, services: { before: kept(before), after: kept(after) } };
}

function keyOf({ changes, services }: TrafficDiff): string {
  const texts = changes.map((change) => {
    const { service = '' } = change;
    return `${services.before.has(service)} ${services.after.has(service)} ${changeKey(change)}`;
  });
  return texts.sort().join('\n');
}

/** Equal for changes of which the same is told; a witness and the address of a region are examples. */
export function changeKey(change: Change): string {
  const { type, family, service, clients, before, after, endpoints, origin } = change;
  const source = origin?.object.source.name;
  return JSON.stringify([
    [type, family, service, before, after, endpoints],
    change.destinations
      .map(({ kind, servicePort, label }) => [kind, servicePort, label].join())
      .sort(),
    [...clients].sort(),
    change.risks.map(({ kind, subject, text }) => [kind, subject, text].join()).sort(),
    origin && [source, origin.object.extent.start, origin.object.extent.path, origin.path],
  ]);
}
