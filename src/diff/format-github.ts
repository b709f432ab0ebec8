import type { Locate } from '../diagnostics/report.ts';
import { counted } from '../diagnostics/summary.ts';
import type { Change, TrafficDiff } from './change.ts';
import { churnLines, foldChurn } from './churn.ts';
import { placeOf } from './format-text.ts';
import { groupChanges } from './group-changes.ts';
import { notComparedRemarks } from './not-compared.ts';
import { isSilent, notShownLines } from './not-shown.ts';
import { collectRisks, type FoundRisk, riskHead, riskText } from './risks/collect.ts';
import { summaryOf, summaryText } from './summary.ts';
import { knownLine, sentenceOf, subjectOf } from './wording.ts';

/** As many as GitHub shows of each kind in a step. */
export const shownAnnotations = 10;

/**
 * GitHub workflow commands: annotations of the manifests' lines, what is dangerous first and as bad as it is, then
 * other changes as notices. GitHub shows ten in a step, so there are no more, and the summary comes last.
 *
 * @param details whether everything is to be told, though GitHub shows no more of it
 */
export function formatTrafficGithub(diff: TrafficDiff, locate: Locate, details = false): string {
  if (isSilent(diff)) return '';
  const { shown, churn } = foldChurn(diff.changes, details);
  const changes = groupChanges({ ...diff, changes: shown }).flatMap((group) => group.changes);
  return commandLines({
    gaps: gapCommands(diff.notCompared),
    risks: collectRisks(diff).map((risk) => riskCommand(risk, locate)),
    others: [
      ...remarkCommands(diff, locate),
      ...changes.filter(({ risks }) => risks.length === 0).map((each) => command(each, locate)),
    ],
    rest: [...churnLines(churn), ...notShownLines(diff)],
    summary: summaryText(summaryOf(diff)),
    details,
  });
}

export interface CommandParts {
  readonly gaps: readonly string[];
  /** The worst first. */
  readonly risks: readonly string[];
  readonly others: readonly string[];
  /** Told beside the summary. */
  readonly rest: readonly string[];
  readonly summary: string;
  readonly details: boolean;
}

/** The ten that matter, and a count of what is left out. */
export function commandLines(parts: CommandParts): string {
  const { gaps, risks, others, rest, summary, details } = parts;
  const room = details ? Infinity : shownAnnotations - gaps.length;
  const shownRisks = risks.slice(0, room);
  const shownOthers = others.slice(0, Math.max(0, room - risks.length));
  const left = [
    ...(risks.length > shownRisks.length
      ? [counted(risks.length - shownRisks.length, 'risk')]
      : []),
    ...(others.length > shownOthers.length
      ? [counted(others.length - shownOthers.length, 'change')]
      : []),
  ];
  const more = left.length === 0 ? [] : [`${left.join(' and ')} more, not annotated`];
  const end = notice([summary, ...more, ...rest].join('\n'));
  return [...gaps, ...shownRisks, ...shownOthers, end].map((line) => `${line}\n`).join('');
}

/** What the comparison does not cover is one error, for which GitHub always has room. */
export const gapCommands = (list: TrafficDiff['notCompared']): readonly string[] =>
  notComparedRemarks(list).map((text) => `::error title=natc diff::${escapeData(text)}`);

export const notice = (text: string): string => `::notice title=natc diff::${escapeData(text)}`;

/** @param where on which nodes, when it is about several */
export function command(change: Change, locate: Locate, where?: string): string {
  const text = [
    ...(where === undefined ? [] : [where]),
    `${subjectOf(change)}: ${sentenceOf(change)}`,
    ...(change.known === undefined ? [] : [knownLine(change.known)]),
    ...(change.cause === undefined ? [] : [change.cause]),
  ].join('\n');
  return annotation('notice', change, text, locate);
}

const annotationOf = { high: 'error', medium: 'warning', low: 'notice' } as const;

/** As bad as it is, though the command may not fail. */
export function riskCommand(risk: FoundRisk, locate: Locate, where?: string): string {
  const text = [
    ...(where === undefined ? [] : [where]),
    `${riskHead(risk)}: ${riskText(risk)}`,
    ...(risk.accepted === undefined ? [] : [`accepted: ${risk.accepted.reason}`]),
    ...(risk.known === undefined ? [] : [knownLine(risk.known)]),
    ...(risk.cause === undefined ? [] : [risk.cause]),
  ].join('\n');
  const severity = risk.accepted === undefined ? annotationOf[risk.severity] : 'notice';
  return annotation(severity, risk, text, locate);
}

/** Why endpoints are others, at the line where that is written. */
const remarkCommands = (diff: TrafficDiff, locate: Locate): readonly string[] =>
  groupChanges(diff)
    .flatMap(({ remarks }) => remarks)
    .map((remark) => annotation('notice', remark, remark.text, locate));

/** A line that the new side lacks shows nowhere on a pull request: the nearest that it has is annotated, and says so. */
function annotation(
  severity: 'error' | 'warning' | 'notice',
  { origin, service, gone }: Pick<Change, 'origin' | 'service' | 'gone'>,
  text: string,
  locate: Locate,
): string {
  const place = gone === undefined ? origin : gone.nearest;
  const location = place && locate({ kind: 'field', object: place.object, path: place.path });
  const was = gone === undefined ? undefined : placeOf({ origin }, locate);
  const told = was === undefined ? text : `${text}\nin ${was} of the old side`;
  const properties = Object.entries({
    file: location?.file,
    line: location?.line,
    endLine: location?.endLine,
    col: location?.column,
    title: service === undefined ? 'natc diff' : `natc diff: ${service}`,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${severity} ${properties.join(',')}::${escapeData(told)}`;
}

const escapeData = (text: string): string =>
  text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
