import type { Locate } from '../../diagnostics/report.ts';
import type { Change, TrafficDiff } from '../change.ts';
import { placeOf } from '../format-text.ts';
import { byNamespace, groupChanges, type ServiceChanges } from '../group-changes.ts';
import { type FoundRisk, riskText } from '../risks/collect.ts';
import { type RiskSeverity, severities } from '../risks/table.ts';
import { summariseDiff } from '../summary.ts';
import type { ServiceWays } from '../ways.ts';
import { knownLine, sentenceOf, signOf, subjectOf } from '../wording.ts';

/** What is said above everything, a line each: of what the report is, and when it was made. */
export interface ReportFact {
  readonly name: string;
  readonly value: string;
}

/** The whole report as data; {@link htmlPage} writes it. */
export interface HtmlReport {
  readonly before: string;
  readonly after: string;
  readonly facts: readonly ReportFact[];
  /** What the comparison does not cover; the first says how much. */
  readonly gaps: readonly string[];
  /** The worst first. */
  readonly risks: readonly ReportRisk[];
  readonly remarks: readonly string[];
  readonly summary: string;
  /** By namespace, those that change alone. */
  readonly totals: readonly NamespaceTotal[];
  /** How many Services are as they were. */
  readonly same: number;
  /** Of one node without a title; else the nodes of which the same is told. */
  readonly groups: readonly ReportGroup[];
  /** Services as they were. */
  readonly unchanged: readonly ServiceWays[];
}

export interface ReportRisk {
  readonly severity: RiskSeverity;
  readonly code: string;
  readonly service: string | undefined;
  readonly text: string;
  /** On which nodes; '' where there is one. */
  readonly where: string;
  readonly place: string | undefined;
  readonly cause: string | undefined;
  /** That it is meant to differ, and why. */
  readonly known: string | undefined;
  /** Why it is accepted. */
  readonly accepted: string | undefined;
}

export interface NamespaceTotal {
  readonly namespace: string;
  readonly risks: Readonly<Record<RiskSeverity, number>>;
  readonly change: number;
  /** Services of which endpoints come and go, and nothing else. */
  readonly endpoints: number;
}

export interface ReportGroup {
  /** `On node-a`; '' where the report is about one node. */
  readonly title: string;
  /** All of the nodes by name; '' where the title says so. */
  readonly nodes: string;
  readonly counts: string;
  readonly namespaces: readonly {
    /** Undefined for what no Service has. */
    readonly name: string | undefined;
    readonly services: readonly ReportService[];
  }[];
}

export interface ReportService {
  /** Undefined for what no Service has. */
  readonly service: string | undefined;
  readonly life: ServiceChanges['life'];
  readonly remarks: readonly { readonly text: string; readonly place: string | undefined }[];
  readonly changes: readonly ReportChange[];
  readonly ways: ServiceWays | undefined;
}

export interface ReportChange {
  readonly sign: '+' | '-' | '~';
  readonly subject: string;
  readonly sentence: string;
  readonly risks: Change['risks'];
  /** That it is meant to differ, and why. */
  readonly known: string | undefined;
  readonly place: string | undefined;
  readonly cause: string | undefined;
  readonly witness: string;
}

export const reportRisk = (
  risk: FoundRisk,
  locate: Locate,
  where?: (risk: FoundRisk) => string,
): ReportRisk => ({
  severity: risk.severity,
  code: risk.code,
  service: risk.service,
  text: riskText(risk),
  where: where?.(risk) ?? '',
  place: placeOf(risk, locate),
  cause: risk.cause,
  known: risk.known && knownLine(risk.known),
  accepted: risk.accepted?.reason,
});

/** The Services that change, by namespace; those with risks first in each. */
export function reportNamespaces(diff: TrafficDiff, locate: Locate): ReportGroup['namespaces'] {
  const ways = new Map((diff.ways ?? []).map((each) => [each.service, each]));
  return [...byNamespace(groupChanges(diff))].map(([name, groups]) => ({
    name,
    services: groups
      .map(
        ({ service, life, changes, remarks }): ReportService => ({
          service,
          life,
          remarks: remarks.map((each) => ({ text: each.text, place: placeOf(each, locate) })),
          changes: changes.map((change) => reportChange(change, locate)),
          ways: ways.get(service ?? ''),
        }),
      )
      .sort((a, b) => rankOf(a) - rankOf(b)),
  }));
}

const rankOf = ({ changes }: ReportService): number =>
  Math.min(
    severities.length,
    ...changes.flatMap(({ risks }) => risks.map(({ severity }) => severities.indexOf(severity))),
  );

function reportChange(change: Change, locate: Locate): ReportChange {
  const { packet } = change.witness;
  const to = packet.protocol === 'icmp' ? '' : ` port ${packet.destinationPort}`;
  return {
    sign: signOf(change),
    subject: subjectOf(change),
    sentence: sentenceOf(change),
    risks: change.risks,
    known: change.known && knownLine(change.known),
    place: placeOf(change, locate),
    cause: change.cause,
    witness: `for example ${packet.protocol} from ${packet.source} to ${packet.destination}${to}`,
  };
}

/** What is counted of each namespace of which something changes. */
export function namespaceTotals(
  diffs: readonly TrafficDiff[],
  risks: readonly FoundRisk[],
): readonly NamespaceTotal[] {
  const of = (service: string): string => service.replace(/\/.*/, '');
  const changes = diffs.flatMap((diff) => diff.changes);
  const names = new Set(
    [...changes, ...risks].flatMap(({ service }) => (service === undefined ? [] : [of(service)])),
  );
  return [...names].sort().map((namespace) => {
    const isOwn = ({ service = '' }: Pick<Change, 'service'>): boolean => of(service) === namespace;
    const own = { changes: changes.filter(isOwn) };
    const { risks: counts, services } = summariseDiff([own], risks.filter(isOwn), 0);
    const { change, endpoints } = services;
    return { namespace, risks: counts, change, endpoints };
  });
}
