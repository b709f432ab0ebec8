import type { Locate } from '../diagnostics/report.ts';
import type { Change, TrafficDiff } from './change.ts';
import type { ClaimRisk } from './claims.ts';
import { countChanges, countsText, groupChanges } from './group-changes.ts';
import { notComparedRemarks } from './not-compared.ts';
import { isSilent, notShownLines } from './not-shown.ts';
import { riskLines, sentenceOf, subjectOf } from './wording.ts';

/**
 * GitHub workflow commands: an annotation on the manifest's line for each change, a warning where there
 * is a risk, a notice otherwise. GitHub shows ten of each in a step, so the summary comes first.
 */
export function formatTrafficGithub(diff: TrafficDiff, locate: Locate): string {
  if (isSilent(diff)) return '';
  const changes = groupChanges(diff).flatMap((group) => group.changes);
  const risky = changes.filter(({ risks }) => risks.length > 0);
  const others = changes.filter(({ risks }) => risks.length === 0);
  const lines = [
    notice([countsText(countChanges(diff)), ...notShownLines(diff)].join('\n')),
    ...gapCommands(diff.notCompared),
    ...diff.claims.map((claim) => claimCommand(claim, locate)),
    ...remarkCommands(diff, locate),
    ...[...risky, ...others].map((change) => command(change, locate)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What the comparison does not cover is one error, for which GitHub always has room. */
export const gapCommands = (list: TrafficDiff['notCompared']): readonly string[] =>
  notComparedRemarks(list).map((text) => `::error title=natc diff::${escapeData(text)}`);

export const notice = (text: string): string => `::notice title=natc diff::${escapeData(text)}`;

/** @param where on which nodes, when it is about several */
export function command(change: Change, locate: Locate, where?: string): string {
  const { risks } = change;
  const text = [
    ...(where === undefined ? [] : [where]),
    `${subjectOf(change)}: ${sentenceOf(change)}`,
    ...riskLines(change).map((line) => `RISK: ${line}`),
  ].join('\n');
  const severity = risks.length > 0 ? 'warning' : 'notice';
  return annotation(severity, change, text, locate);
}

/** Why endpoints are others, at the line where that is written. */
const remarkCommands = (diff: TrafficDiff, locate: Locate): readonly string[] =>
  groupChanges(diff)
    .flatMap(({ remarks }) => remarks)
    .map((remark) => annotation('warning', remark, remark.text, locate));

/** What one Service claims of another: an error where it gets it, though the command does not fail. */
export function claimCommand(claim: ClaimRisk, locate: Locate, where?: string): string {
  const text = `${where === undefined ? '' : `${where}\n`}RISK: ${claim.text}`;
  return annotation(claim.kind === 'CLAIM_LOST' ? 'warning' : 'error', claim, text, locate);
}

function annotation(
  severity: 'error' | 'warning' | 'notice',
  { origin, service }: Pick<Change, 'origin' | 'service'>,
  text: string,
  locate: Locate,
): string {
  const location = origin && locate({ kind: 'field', object: origin.object, path: origin.path });
  const properties = Object.entries({
    file: location?.file,
    line: location?.line,
    endLine: location?.endLine,
    col: location?.column,
    title: service === undefined ? 'natc diff' : `natc diff: ${service}`,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${severity} ${properties.join(',')}::${escapeData(text)}`;
}

const escapeData = (text: string): string =>
  text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
