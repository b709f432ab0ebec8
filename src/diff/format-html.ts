import type { Locate } from '../diagnostics/report.ts';
import type { TrafficDiff } from './change.ts';
import { churnLines, foldChurn } from './churn.ts';
import { htmlPage } from './html/page.ts';
import { namespaceTotals, type ReportFact, reportNamespaces, reportRisk } from './html/report.ts';
import { notComparedRemarks } from './not-compared.ts';
import { isSilent, notShownLines } from './not-shown.ts';
import { collectRisks } from './risks/collect.ts';
import { summaryOf, summaryText } from './summary.ts';

export interface HtmlOptions {
  /** What the user called the sides. */
  readonly before: string;
  readonly after: string;
  /** What stands in the head: node, options, version, time. */
  readonly facts: readonly ReportFact[];
  readonly locate: Locate;
}

/**
 * The traffic diff as one HTML file that needs nothing else: risks, totals and a legend, then what changes by
 * namespace and Service with a drawing of where its traffic goes, and the Services that are as before.
 */
export function formatTrafficHtml(diff: TrafficDiff, options: HtmlOptions): string {
  const { locate, ...head } = options;
  const risks = collectRisks(diff);
  const changed = new Set(diff.changes.map(({ service }) => service));
  const namespaces = reportNamespaces(diff, locate);
  return htmlPage({
    ...head,
    gaps: notComparedRemarks(diff.notCompared),
    risks: risks.map((risk) => reportRisk(risk, locate)),
    remarks: churnLines(foldChurn(diff.changes, false).churn),
    summary: countsOf(diff),
    totals: namespaceTotals([diff], risks),
    same: summaryOf(diff).services.same,
    groups: namespaces.length === 0 ? [] : [{ title: '', nodes: '', counts: '', namespaces }],
    unchanged: (diff.ways ?? []).filter(({ service }) => !changed.has(service)),
  });
}

export const countsOf = (diff: TrafficDiff): string =>
  isSilent(diff)
    ? 'No packet is treated differently.'
    : [summaryText(summaryOf(diff)), ...notShownLines(diff)].join('. ');
