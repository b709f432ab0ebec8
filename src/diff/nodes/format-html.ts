import type { Locate } from '../../diagnostics/report.ts';
import { claimRemarks, countsOf, htmlPage, reportServices } from '../format-html.ts';
import { notComparedRemarks } from '../not-compared.ts';
import type { SideNames } from './format-text.ts';
import type { NodesDiff } from './node-groups.ts';
import { nodeCount, onNodes, otherNodes } from './wording.ts';

/** The page of the traffic diff with the groups of nodes to choose from; only what changes is in it. */
export function formatNodesHtml(diff: NodesDiff, names: SideNames, locate: Locate): string {
  const total = nodeCount(diff);
  const groups = diff.groups.map(({ nodes, diff: changes, map }) => ({
    title: onNodes(nodes, total),
    counts: countsOf(changes),
    nodes: nodes.length === 1 ? '' : `${nodes.join(', ')}; drawn as on ${nodes[0]}`,
    services: reportServices(changes, map, locate),
  }));
  const claims = new Set(diff.groups.flatMap((group) => claimRemarks(group.diff)));
  const remarks = [...notComparedRemarks(diff.notCompared), ...claims, ...otherNodes(diff, names)];
  return htmlPage({ title: `${names.before} -> ${names.after}`, remarks, groups });
}
