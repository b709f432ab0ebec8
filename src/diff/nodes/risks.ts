import { collectRisks, type FoundRisk, sortRisks } from '../risks/collect.ts';
import { type Summary, summariseDiff } from '../summary.ts';
import type { NodesDiff } from './node-groups.ts';
import { nodeCount, onNodes } from './wording.ts';

/** A risk, and the nodes that have it. */
export interface RiskOfNodes extends FoundRisk {
  readonly nodes: readonly string[];
}

/** Each risk once, with all nodes that have it; the worst first. */
export function risksOfNodes({ groups }: NodesDiff): readonly RiskOfNodes[] {
  const found = new Map<string, FoundRisk & { readonly nodes: string[] }>();
  for (const { nodes, diff } of groups) {
    for (const risk of collectRisks(diff)) {
      const { code, severity, service, subjects, text, cause, origin } = risk;
      const path = origin?.path.join('.');
      const key = JSON.stringify([
        code,
        severity,
        service,
        [...subjects].sort(),
        text,
        cause,
        path,
      ]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { ...risk, nodes: [...nodes] });
      else known.nodes.push(...nodes);
    }
  }
  return sortRisks([...found.values()]);
}

/** `on node-a`, `on all 3 nodes` */
export const whereOf =
  (diff: NodesDiff) =>
  (risk: FoundRisk): string => {
    const { nodes = [] } = risk as Partial<RiskOfNodes>;
    return onNodes(nodes, nodeCount(diff)).replace(/^O/, 'o');
  };

export const summaryOfNodes = (diff: NodesDiff, risks: readonly FoundRisk[]): Summary =>
  summariseDiff(
    diff.groups.map((group) => group.diff),
    risks,
    diff.total,
  );
