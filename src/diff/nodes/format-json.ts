import { inventedJson } from '../../allocate/invented.ts';
import type { Locate } from '../../diagnostics/report.ts';
import { riskJson, trafficJson } from '../format-json.ts';
import { notComparedJson } from '../not-compared.ts';
import { isSameOnAllNodes, type NodesDiff } from './node-groups.ts';
import { risksOfNodes, summaryOfNodes } from './risks.ts';

/** The version of the document; docs/reference/diff-json.md describes it. */
export const nodesDiffSchema = 'natc.diff-nodes/v1';

/** For programs: every node by name, the changes of each group once. */
export function formatNodesJson(diff: NodesDiff, locate: Locate): string {
  const { groups, unchanged, onlyBefore, onlyAfter } = diff;
  const risks = risksOfNodes(diff);
  const document = {
    schema: nodesDiffSchema,
    same: isSameOnAllNodes(diff),
    groups: groups.map((group) => ({
      nodes: group.nodes,
      example: group.nodes[0],
      ...trafficJson(group.diff, locate),
    })),
    risks: risks.map((risk) => ({ ...riskJson(risk, locate), nodes: risk.nodes })),
    summary: summaryOfNodes(diff, risks),
    unchanged,
    ...(diff.notShown.length > 0 && { notShown: diff.notShown }),
    onlyBefore,
    onlyAfter,
    notCompared: notComparedJson(diff.notCompared, locate),
    invented: inventedJson(diff.invented),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
