import type { Locate } from '../../diagnostics/report.ts';
import type { Change } from '../change.ts';
import { churnLines, foldChurn } from '../churn.ts';
import { command, commandLines, gapCommands, riskCommand } from '../format-github.ts';
import { groupChanges } from '../group-changes.ts';
import { summaryText } from '../summary.ts';
import type { SideNames } from './format-text.ts';
import { changeKey, type NodesDiff } from './node-groups.ts';
import { risksOfNodes, summaryOfNodes } from './risks.ts';
import { nodeCount, onNodes, otherNodesText } from './wording.ts';

/**
 * GitHub workflow commands. A line of a manifest is annotated once for each risk or change, however many groups
 * of nodes have it, and ten times at most: GitHub shows no more in a step.
 */
export function formatNodesGithub(
  diff: NodesDiff,
  names: SideNames,
  locate: Locate,
  details = false,
): string {
  const { groups, onlyBefore, onlyAfter } = diff;
  const gaps = gapCommands(diff.notCompared);
  const others = diff.notShown.length + onlyBefore.length + onlyAfter.length + gaps.length;
  if (groups.length + others === 0) return '';
  const total = nodeCount(diff);
  const changing = groups
    .filter((group) => group.diff.changes.length > 0)
    .reduce((sum, { nodes }) => sum + nodes.length, 0);
  const changed = changing === 0 ? [] : [`Changes on ${changing} of ${total} nodes`];
  const isMore = groups.some((group) => group.diff.notShown !== undefined);
  const unseen = isMore ? ['Services that are not shown differ there too'] : [];
  const risks = risksOfNodes(diff);
  const all = [...changesOf(diff)];
  const { churn } = foldChurn(
    all.map(({ change }) => change),
    details,
  );
  const folded = new Set(churn);
  return commandLines({
    gaps,
    risks: risks.map((risk) => riskCommand(risk, locate, `${onNodes(risk.nodes, total)}:`)),
    others: all
      .filter(({ change }) => change.risks.length === 0 && !folded.has(change))
      .map(({ change, nodes }) => command(change, locate, `${onNodes(nodes, total)}:`)),
    rest: [...changed, ...churnLines(churn), ...unseen, ...otherNodesText(diff, names)],
    summary: summaryText(summaryOfNodes(diff, risks)),
    details,
  });
}

interface ChangeOfNodes {
  readonly change: Change;
  readonly nodes: readonly string[];
}

/** Each change once, with all nodes that have it. */
function changesOf({ groups }: NodesDiff): Iterable<ChangeOfNodes> {
  const changes = new Map<string, ChangeOfNodes & { readonly nodes: string[] }>();
  for (const { nodes, diff } of groups) {
    for (const change of groupChanges(diff).flatMap((group) => group.changes)) {
      const key = changeKey(change);
      const known = changes.get(key);
      if (known === undefined) changes.set(key, { change, nodes: [...nodes] });
      else known.nodes.push(...nodes);
    }
  }
  return changes.values();
}
