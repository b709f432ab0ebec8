import { printable } from '../../diagnostics/printable.ts';
import { formatTrafficText, notComparedLines, type TextOptions } from '../format-text.ts';
import type { NodesDiff } from './node-groups.ts';
import { nodeCount, onNodes, otherNodes } from './wording.ts';

/** What the user calls the sides. */
export interface SideNames {
  readonly before: string;
  readonly after: string;
}

/** For a terminal: a section for each group of nodes, then a line for each kind of other nodes. */
export function formatNodesText(diff: NodesDiff, names: SideNames, options: TextOptions): string {
  const { bold } = options.palette;
  const total = nodeCount(diff);
  const sections = diff.groups.map(
    (group) =>
      `${bold(printable(onNodes(group.nodes, total)))}\n${formatTrafficText(group.diff, options)}`,
  );
  const others = otherNodes(diff, names).map((line) => `${bold(printable(line))}\n`);
  const gaps = notComparedLines(diff.notCompared, options);
  return [
    ...(gaps === '' ? [] : [gaps]),
    ...sections,
    ...(others.length === 0 ? [] : [others.join('')]),
  ].join('\n');
}
