import { printable } from '../../diagnostics/printable.ts';
import {
  changeBlocks,
  joinedBlocks,
  notComparedLines,
  riskBlock,
  type TrafficTextOptions,
} from '../format-text.ts';
import { notShownLines } from '../not-shown.ts';
import { summaryText } from '../summary.ts';
import type { NodesDiff } from './node-groups.ts';
import { risksOfNodes, summaryOfNodes, whereOf } from './risks.ts';
import { nodeCount, onNodes, otherNodesText } from './wording.ts';

/** What the user calls the sides. */
export interface SideNames {
  readonly before: string;
  readonly after: string;
}

/**
 * For a terminal: what is dangerous on any node, a section for each group of nodes, a line for each kind of other
 * nodes, and one that sums up.
 */
export function formatNodesText(
  diff: NodesDiff,
  names: SideNames,
  options: TrafficTextOptions,
): string {
  const { bold } = options.palette;
  const total = nodeCount(diff);
  const risks = risksOfNodes(diff);
  const sections = diff.groups.map((group) => {
    const heading = `${bold(printable(onNodes(group.nodes, total)))}\n`;
    const rest = notShownLines(group.diff).map((line) => `${bold(line)}\n`);
    return `${heading}${joinedBlocks([...changeBlocks(group.diff, options), ...rest])}`;
  });
  const others = otherNodesText(diff, names).map((line) => `${bold(printable(line))}\n`);
  const gaps = notComparedLines(diff.notCompared, options);
  const summary =
    diff.groups.length === 0 ? '' : `${bold(summaryText(summaryOfNodes(diff, risks)))}\n`;
  return joinedBlocks([
    gaps,
    riskBlock(risks, options, whereOf(diff)),
    ...sections,
    others.join(''),
    summary,
  ]);
}
