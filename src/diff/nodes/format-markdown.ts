import type { Locate } from '../../diagnostics/report.ts';
import {
  escapeMarkdown,
  longestMarkdown,
  markdownChanges,
  markdownGaps,
} from '../format-markdown.ts';
import type { SideNames } from './format-text.ts';
import type { NodesDiff } from './node-groups.ts';
import { nodeCount, onNodes, otherNodes } from './wording.ts';

/** A comment on a pull request: a section for each group of nodes, as many as a comment may hold. */
export function formatNodesMarkdown(diff: NodesDiff, names: SideNames, locate: Locate): string {
  const total = nodeCount(diff);
  const others = otherNodes(diff, names).map((line) => `${escapeMarkdown(line)}\n`);
  let text = `### Service traffic\n\n${markdownGaps(diff.notCompared)}`;
  let left = diff.groups.length;
  for (const { nodes, diff: changes } of diff.groups) {
    const heading = `#### ${escapeMarkdown(onNodes(nodes, total))}`;
    const part = markdownChanges(changes, { heading, room: longestMarkdown - text.length, locate });
    if (text.length + part.length > longestMarkdown) break;
    text += part.endsWith('\n\n') ? part : `${part}\n`;
    left -= 1;
  }
  const rest = left === 0 ? [] : [`and ${left} more groups of nodes.\n`];
  return `${text}${[...rest, ...others].join('\n')}`;
}
