import { counted } from '../diagnostics/summary.ts';
import type { TrafficDiff } from './change.ts';
import { isChurn } from './churn.ts';
import { collectRisks, type FoundRisk, openRisks } from './risks/collect.ts';
import { type RiskSeverity, severities } from './risks/table.ts';

/** The diff in numbers. */
export interface Summary {
  readonly risks: Readonly<Record<RiskSeverity | 'accepted', number>>;
  readonly services: {
    /** Of which something else changes than endpoints, or something dangerous. */
    readonly change: number;
    /** Of which only endpoints come and go. */
    readonly endpoints: number;
    readonly same: number;
  };
}

export const summaryOf = (diff: TrafficDiff): Summary =>
  summariseDiff([diff], collectRisks(diff), totalOf(diff));

/** How many Services one side or the other has. */
export const totalOf = ({ services, total }: TrafficDiff): number =>
  total ?? new Set([...services.before, ...services.after]).size;

/**
 * @param diffs of one node, or of several of which a Service may change on some
 * @param risks each once
 * @param total of Services that any side has
 */
export function summariseDiff(
  diffs: readonly Pick<TrafficDiff, 'changes'>[],
  risks: readonly FoundRisk[],
  total: number,
): Summary {
  const changes = diffs.flatMap((diff) => diff.changes);
  const named = (isCounted: (change: (typeof changes)[number]) => boolean): Set<string> =>
    new Set(changes.filter(isCounted).flatMap(({ service }) => service ?? []));
  const change = named((each) => !isChurn(each));
  const endpoints = [...named(isChurn)].filter((service) => !change.has(service)).length;
  const count = (severity: RiskSeverity): number =>
    openRisks(risks).filter((risk) => risk.severity === severity).length;
  const accepted = risks.length - openRisks(risks).length;
  return {
    risks: { high: count('high'), medium: count('medium'), low: count('low'), accepted },
    services: {
      change: change.size,
      endpoints,
      same: Math.max(0, total - change.size - endpoints),
    },
  };
}

/** `2 risks (1 high); 3 Services change, 16 gain or lose endpoints, 181 as before` */
export function summaryText({ risks, services }: Summary): string {
  const all = severities.reduce((sum, severity) => sum + risks[severity], 0);
  const worst = severities.find((severity) => risks[severity] > 0);
  const found =
    worst === undefined ? 'no risk' : `${counted(all, 'risk')} (${risks[worst]} ${worst})`;
  const accepted = risks.accepted === 0 ? '' : `, ${risks.accepted} accepted`;
  const { change, endpoints, same } = services;
  const parts = [
    change === 0
      ? 'no Service changes'
      : `${counted(change, 'Service')} ${change === 1 ? 'changes' : 'change'}`,
    ...(endpoints === 0
      ? []
      : [`${endpoints} ${endpoints === 1 ? 'gains or loses' : 'gain or lose'} endpoints`]),
    `${same} as before`,
  ];
  return `${found}${accepted}; ${parts.join(', ')}`;
}
