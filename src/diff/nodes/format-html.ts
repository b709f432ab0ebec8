import { countsOf, type HtmlOptions } from '../format-html.ts';
import { htmlPage } from '../html/page.ts';
import { namespaceTotals, reportNamespaces, reportRisk } from '../html/report.ts';
import { notComparedRemarks } from '../not-compared.ts';
import { summaryText } from '../summary.ts';
import type { NodesDiff } from './node-groups.ts';
import { risksOfNodes, summaryOfNodes, whereOf } from './risks.ts';
import { nodeCount, onNodes, otherNodesText } from './wording.ts';

/** The page of the traffic diff with a part for each group of nodes; only what changes is in it. */
export function formatNodesHtml(diff: NodesDiff, options: HtmlOptions): string {
  const { locate, ...head } = options;
  const total = nodeCount(diff);
  const others = otherNodesText(diff, head);
  const found = risksOfNodes(diff);
  const counts = summaryOfNodes(diff, found);
  const diffs = diff.groups.map((group) => group.diff);
  return htmlPage({
    ...head,
    gaps: notComparedRemarks(diff.notCompared),
    risks: found.map((risk) => reportRisk(risk, locate, whereOf(diff))),
    remarks: others,
    summary: diff.groups.length === 0 ? others.join('. ') : summaryText(counts),
    totals: namespaceTotals(diffs, found),
    same: counts.services.same,
    groups: diff.groups.map(({ nodes, diff: changes }) => ({
      title: onNodes(nodes, total),
      nodes: nodes.length === 1 ? '' : `${nodes.join(', ')}; drawn as on ${nodes[0]}`,
      counts: countsOf(changes),
      namespaces: reportNamespaces(changes, locate),
    })),
    unchanged: [],
  });
}
