import { naturalCompare } from '../../net/natural-compare.ts';
import type { Origin } from '../../plan/plan.ts';
import type { Gone } from '../blame/blame.ts';
import type { Change, ClaimRisk, TrafficDiff } from '../change.ts';

import type { KnownDifference } from '../known/known-differences.ts';
import { shorten } from '../wording.ts';
import type { Accepted } from './accept.ts';
import { type RiskCode, type RiskSeverity, riskEntry, severities } from './table.ts';

/** One line of what is dangerous: a risk of a Service at all of its destinations that have it. */
export interface FoundRisk {
  readonly code: RiskCode;
  readonly severity: RiskSeverity;
  /** `shop/web`; undefined where no Service is concerned. */
  readonly service: string | undefined;
  /** Labels of destinations; none for a claim, which says so itself. */
  readonly subjects: readonly string[];
  readonly text: string;
  readonly origin: Origin | undefined;
  readonly cause: string | undefined;
  /** Where the origin is on the old side alone. */
  readonly gone?: Gone;
  /** From a kube-proxy to natc, or back: the decision of natc's that it follows from. */
  readonly known?: KnownDifference;
  /** Somebody has looked at it: it is told, and does not count. */
  readonly accepted: Accepted | undefined;
}

/** Every risk of a diff once: the worst first, then by code and Service; what is accepted last. */
export function collectRisks({ changes, claims, acceptance }: TrafficDiff): readonly FoundRisk[] {
  const found = new Map<string, FoundRisk & { readonly subjects: string[] }>();
  for (const claim of claims) found.set(`claim ${claim.text}`, ofClaim(claim));
  for (const change of changes) {
    for (const { code, severity, subject, text } of change.risks) {
      const key = `${change.service} ${code} ${severity} ${text} ${change.cause} ${change.known?.id}`;
      const known = found.get(key);
      if (known?.subjects.includes(subject) === true) continue;
      if (known !== undefined) known.subjects.push(subject);
      else
        found.set(key, {
          ...{ code, severity, service: change.service, subjects: [subject], text },
          ...{ origin: change.origin, cause: change.cause, accepted: undefined },
          ...(change.known && { known: change.known }),
          ...(change.gone && { gone: change.gone }),
        });
    }
  }
  const judged = [...found.values()].map((risk) => ({ ...risk, accepted: acceptance?.of(risk) }));
  return sortRisks(judged);
}

/** What nobody has accepted. */
export const openRisks = <Each extends FoundRisk>(risks: readonly Each[]): readonly Each[] =>
  risks.filter(({ accepted }) => accepted === undefined);

function ofClaim({ kind, service, text, origin, cause, gone }: ClaimRisk) {
  const code = kind === 'DESTINATION_TAKEN_OVER' ? 'NATC6001' : 'NATC6002';
  const { severity } = riskEntry(code);
  return {
    code,
    severity,
    service,
    subjects: [] as string[],
    text,
    origin,
    cause,
    accepted: undefined,
    ...(gone && { gone }),
  } as const;
}

/** The worst first, then by code and Service. */
export const sortRisks = <Each extends FoundRisk>(risks: readonly Each[]): readonly Each[] =>
  [...risks].sort(
    (a, b) =>
      Number(a.accepted !== undefined) - Number(b.accepted !== undefined) ||
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0) ||
      naturalCompare(a.service ?? '', b.service ?? ''),
  );

const shownSubjects = 4;

/** `shop/web, cluster IP 10.96.0.20:80/TCP: session affinity ends` */
export function riskText({ service, subjects, text }: FoundRisk): string {
  if (subjects.length === 0) return text;
  return `${service ?? ''}, ${shorten(subjects, shownSubjects)}: ${text}`;
}

/** `RISK high NATC6005`, or that somebody accepts it. */
export const riskHead = ({ severity, code, accepted }: FoundRisk): string =>
  accepted === undefined ? `RISK ${severity} ${code}` : `accepted ${severity} ${code}`;

/** Codes of the risks of a change, as a mark beside it. */
export const riskMarks = ({ risks }: Pick<Change, 'risks'>): readonly RiskCode[] => [
  ...new Set(risks.map(({ code }) => code)),
];
