import { shorten } from '../wording.ts';
import type { NodesDiff } from './node-groups.ts';

const shownNodes = 4;

/** `node-a, node-b, node-c, node-d and 12 more` */
export const nodeList = (nodes: readonly string[]): string => shorten(nodes, shownNodes);

export const nodeCount = ({ groups, unchanged, notShown }: NodesDiff): number =>
  groups.reduce((sum, { nodes }) => sum + nodes.length, unchanged.length + notShown.length);

/** `on all 3 nodes`, within a sentence. */
export const onNodesWithin = (nodes: readonly string[], total: number): string =>
  `o${onNodes(nodes, total).slice(1)}`;

/** `On all 3 nodes`, `On node-a`, `On 189 of 200 nodes (node-a, node-b, node-c, node-d and 185 more)` */
export function onNodes(nodes: readonly string[], total: number): string {
  const [only = ''] = nodes;
  if (nodes.length === 1) return `On ${only}`;
  return nodes.length === total
    ? `On all ${total} nodes`
    : `On ${nodes.length} of ${total} nodes (${nodeList(nodes)})`;
}

/** What is said of nodes that no group has: where nothing changes, and who is on one side only. */
export function otherNodesText(
  diff: NodesDiff,
  names: { readonly before: string; readonly after: string },
): readonly string[] {
  const { groups, unchanged, notShown, onlyBefore, onlyAfter } = diff;
  const only = (nodes: readonly string[], side: string): readonly string[] =>
    nodes.length === 0 ? [] : [`Only in ${side}: ${count(nodes)}`];
  return [
    ...(unchanged.length === 0
      ? []
      : groups.length + notShown.length === 0
        ? [`No difference on any node: ${count(unchanged)}`]
        : [`No difference on ${count(unchanged)}`]),
    ...(notShown.length === 0
      ? []
      : [`Only Services that are not shown differ on ${count(notShown)}`]),
    ...only(onlyBefore, names.before),
    ...only(onlyAfter, names.after),
  ];
}

/** `node-a`, `12 nodes (node-a, node-b, node-c, node-d and 8 more)` */
const count = (nodes: readonly string[]): string =>
  nodes.length === 1 ? (nodes[0] ?? '') : `${nodes.length} nodes (${nodeList(nodes)})`;
