import { printable } from '../../diagnostics/printable.ts';
import {
  changeBlocks,
  joined,
  notComparedLines,
  riskBlock,
  type TextOptions,
} from '../format-text.ts';
import { notShownLines } from '../not-shown.ts';
import { summaryText } from '../summary.ts';
import type { NodesDiff } from './node-groups.ts';
import { risksOfNodes, summaryOfNodes, whereOf } from './risks.ts';
import { nodeCount, onNodes, otherNodes } from './wording.ts';

/** What the user calls the sides. */
export interface SideNames {
  readonly before: string;
  readonly after: string;
}

/**
 * For a terminal: what is dangerous on any node, a section for each group of nodes, a line for each kind of other
 * nodes, and one that sums up.
 */
export function formatNodesText(diff: NodesDiff, names: SideNames, options: TextOptions): string {
  const { bold } = options.palette;
  const total = nodeCount(diff);
  const risks = risksOfNodes(diff);
  const sections = diff.groups.map((group) => {
    const heading = `${bold(printable(onNodes(group.nodes, total)))}\n`;
    const rest = notShownLines(group.diff).map((line) => `${bold(line)}\n`);
    return `${heading}${joined([...changeBlocks(group.diff, options), ...rest])}`;
  });
  const others = otherNodes(diff, names).map((line) => `${bold(printable(line))}\n`);
  const gaps = notComparedLines(diff.notCompared, options);
  const summary =
    diff.groups.length === 0 ? '' : `${bold(summaryText(summaryOfNodes(diff, risks)))}\n`;
  return joined([
    gaps,
    riskBlock(risks, options, whereOf(diff)),
    ...sections,
    others.join(''),
    summary,
  ]);
}
