import type { Locate } from '../../diagnostics/report.ts';
import {
  escapeMarkdown,
  longestMarkdown,
  markdownChanges,
  markdownGaps,
  markdownRisks,
} from '../format-markdown.ts';
import { notShownLines } from '../not-shown.ts';
import { summaryText } from '../summary.ts';
import type { SideNames } from './format-text.ts';
import type { NodesDiff } from './node-groups.ts';
import { risksOfNodes, summaryOfNodes, whereOf } from './risks.ts';
import { nodeCount, onNodes, otherNodesText } from './wording.ts';

/** A comment on a pull request: what is dangerous, then a section for each group of nodes, as many as it may hold. */
export function formatNodesMarkdown(
  diff: NodesDiff,
  names: SideNames,
  locate: Locate,
  details = false,
): string {
  const total = nodeCount(diff);
  const risks = risksOfNodes(diff);
  const others = otherNodesText(diff, names).map((line) => `${escapeMarkdown(line)}\n`);
  const alert = markdownRisks(risks, { room: longestMarkdown, locate }, whereOf(diff));
  let text = `### Service traffic\n\n${markdownGaps(diff.notCompared)}${alert}`;
  let left = diff.groups.length;
  for (const { nodes, diff: changes } of diff.groups) {
    const heading = `#### ${escapeMarkdown(onNodes(nodes, total))}\n\n`;
    const room = longestMarkdown - text.length - heading.length;
    const rest = notShownLines(changes).map((line) => `${line}.\n\n`);
    const part = `${heading}${markdownChanges(changes, { room, locate, details })}${rest.join('')}`;
    if (text.length + part.length > longestMarkdown) break;
    text += part;
    left -= 1;
  }
  const rest = left === 0 ? [] : [`and ${left} more groups of nodes.\n`];
  const summary =
    diff.groups.length === 0 ? [] : [`**${summaryText(summaryOfNodes(diff, risks))}**\n`];
  return `${text}${[...rest, ...others, ...summary].join('\n')}`;
}
