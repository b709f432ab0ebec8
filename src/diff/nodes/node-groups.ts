import type { Invented } from '../../allocate/invented.ts';
import { naturalCompare } from '../../net/natural-compare.ts';
import { servicePortText } from '../../plan/service-port-name.ts';
import type { Change, NotCompared, TrafficDiff } from '../change.ts';

import { totalOf } from '../summary.ts';

/** What changes for packets on one node. */
export interface NodeDiff {
  readonly node: string;
  readonly diff: TrafficDiff;
}

/** Nodes of which the same is to be told. */
export interface NodeGroup {
  /** In the order of their names; never empty. */
  readonly nodes: readonly string[];
  /**
   * Of the first node, with drawings of it. Witnesses, and addresses of regions, are examples: each change has those of the
   * first of all nodes that have it.
   */
  readonly diff: TrafficDiff;
}

/** What changes for packets on the nodes of a cluster. */
export interface NodesDiff {
  /** The nodes on which something changes or is claimed: the largest group first. */
  readonly groups: readonly NodeGroup[];
  readonly unchanged: readonly string[];
  /** Nodes on which only Services differ that are not to be shown. */
  readonly notShown: readonly string[];
  /** Whether a packet is treated differently that is not shown. */
  readonly differsUnseen: boolean;
  /** Nodes that one side alone has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** What the comparison does not cover on any node, since natc could not compile it. */
  readonly notCompared: readonly NotCompared[];
  /** What natc made up. */
  readonly invented: Invented;
  /** How many Services one side or the other has. */
  readonly total: number;
}

/**
 * Groups nodes whose difference is the same. It is when everything told of the changes is, whatever
 * their order: kinds, addresses, clients, endpoints with probabilities, risks, and fields of the
 * manifests. The difference of a node whose group is there already is dropped at once, and a change
 * that several groups have is kept once.
 *
 * @param diffs in the order of the nodes' names
 */
export function groupNodes(
  diffs: Iterable<NodeDiff>,
): Pick<NodesDiff, 'groups' | 'unchanged' | 'notShown' | 'differsUnseen' | 'total'> {
  const groups = new Map<string, NodeGroup & { readonly nodes: string[] }>();
  const known = new Map<string, KnownChange>();
  const unchanged: string[] = [];
  const notShown: string[] = [];
  let differsUnseen = false;
  let total = 0;
  for (const { node, diff } of diffs) {
    // The same for all nodes, and many.
    if (total === 0) total = totalOf(diff);
    differsUnseen ||= (diff.notShown?.changes ?? 0) > 0;
    if (diff.changes.length + diff.claims.length === 0) {
      (diff.notShown === undefined ? unchanged : notShown).push(node);
      continue;
    }
    const changes = diff.changes.map((change) => knownChange(known, change, diff.services));
    const numbers = changes.map(({ number }) => number).sort((a, b) => a - b);
    const key = JSON.stringify([numbers, diff.claims.map(({ text }) => text), diff.notShown]);
    const group = groups.get(key);
    if (group !== undefined) {
      group.nodes.push(node);
      continue;
    }
    const shared = { ...diff, changes: changes.map(({ change }) => change) };
    groups.set(key, { nodes: [node], diff: withoutUnchanged(shared, total) });
  }
  const bySize = (a: NodeGroup, b: NodeGroup): number =>
    b.nodes.length - a.nodes.length || naturalCompare(a.nodes[0] ?? '', b.nodes[0] ?? '');
  return { groups: [...groups.values()].sort(bySize), unchanged, notShown, differsUnseen, total };
}

export const isSameOnAllNodes = ({
  groups,
  differsUnseen,
  onlyBefore,
  onlyAfter,
  notCompared,
}: NodesDiff): boolean =>
  !differsUnseen &&
  notCompared.length === 0 &&
  groups.every(({ diff }) => diff.changes.length === 0) &&
  onlyBefore.length === 0 &&
  onlyAfter.length === 0;

/** The names of thousands of Services are no part of a difference in three of them. */
function withoutUnchanged(diff: TrafficDiff, total: number): TrafficDiff {
  const changed = new Set(diff.changes.map(({ service }) => service));
  const kept = (names: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...names].filter((name) => changed.has(name)));
  const { before, after } = diff.services;
  return { ...diff, services: { before: kept(before), after: kept(after) }, total };
}

/** A change as it was first seen. */
interface KnownChange {
  readonly number: number;
  readonly change: Change;
}

function knownChange(
  known: Map<string, KnownChange>,
  change: Change,
  { before, after }: TrafficDiff['services'],
): KnownChange {
  const { service = '' } = change;
  const key = `${before.has(service)} ${after.has(service)} ${changeKey(change)}`;
  const found = known.get(key) ?? { number: known.size, change };
  known.set(key, found);
  return found;
}

/** Equal for changes of which the same is told; a witness and the address of a region are examples. */
export function changeKey(change: Change): string {
  const { type, family, service, clients, before, after, endpoints, origin } = change;
  const source = origin?.object.source.name;
  return JSON.stringify([
    [type, family, service, before, after, endpoints],
    change.destinations
      .map(({ kind, servicePort, label }) =>
        [kind, servicePort && servicePortText(servicePort), label].join(),
      )
      .sort(),
    [...clients].sort(),
    change.risks
      .map(({ code, severity, subject, text }) => [code, severity, subject, text].join())
      .sort(),
    change.cause,
    origin && [source, origin.object.extent.start, origin.object.extent.path, origin.path],
  ]);
}
