import type { Locate } from '../../diagnostics/report.ts';
import type { Change } from '../change.ts';
import type { ClaimRisk } from '../claims.ts';
import { claimCommand, command, gapCommands, notice } from '../format-github.ts';
import { groupChanges } from '../group-changes.ts';
import type { SideNames } from './format-text.ts';
import { changeKey, type NodesDiff } from './node-groups.ts';
import { nodeCount, onNodes, otherNodes } from './wording.ts';

/**
 * GitHub workflow commands. A line of a manifest is annotated once for each change, however many groups
 * of nodes have it: GitHub shows ten annotations in a step.
 */
export function formatNodesGithub(diff: NodesDiff, names: SideNames, locate: Locate): string {
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
  const lines = [
    notice([...changed, ...unseen, ...otherNodes(diff, names)].join('\n')),
    ...gaps,
    ...claimsOf(diff, total, locate),
    ...[...changesOf(diff)]
      .sort(byRisk)
      .map(({ change, nodes }) => command(change, locate, `${onNodes(nodes, total)}:`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Each claim once, with all nodes that have it. */
function claimsOf({ groups }: NodesDiff, total: number, locate: Locate): readonly string[] {
  const claims = new Map<string, { readonly claim: ClaimRisk; readonly nodes: string[] }>();
  for (const { nodes, diff } of groups) {
    for (const claim of diff.claims) {
      const known = claims.get(claim.text);
      if (known === undefined) claims.set(claim.text, { claim, nodes: [...nodes] });
      else known.nodes.push(...nodes);
    }
  }
  return [...claims.values()].map(({ claim, nodes }) =>
    claimCommand(claim, locate, `${onNodes(nodes, total)}:`),
  );
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

const byRisk = (a: ChangeOfNodes, b: ChangeOfNodes): number =>
  Number(b.change.risks.length > 0) - Number(a.change.risks.length > 0);
