import type { Locate } from '../../diagnostics/report.ts';
import { countsOf, htmlPage, reportServices, riskTexts } from '../format-html.ts';
import { notComparedRemarks } from '../not-compared.ts';
import { summaryText } from '../summary.ts';
import type { SideNames } from './format-text.ts';
import type { NodesDiff } from './node-groups.ts';
import { risksOfNodes, summaryOfNodes, whereOf } from './risks.ts';
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
  const found = risksOfNodes(diff);
  const remarks = [
    ...notComparedRemarks(diff.notCompared),
    ...otherNodes(diff, names),
    ...(diff.groups.length === 0 ? [] : [summaryText(summaryOfNodes(diff, found))]),
  ];
  const risks = riskTexts(found, locate, whereOf(diff));
  return htmlPage({ title: `${names.before} -> ${names.after}`, risks, remarks, groups });
}
