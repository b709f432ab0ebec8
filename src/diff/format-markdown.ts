import type { Locate } from '../diagnostics/report.ts';
import { counted } from '../diagnostics/summary.ts';
import type { Change, TrafficDiff } from './change.ts';
import { churnLines, foldChurn } from './churn.ts';
import { placeOf } from './format-text.ts';
import { groupChanges, type ServiceChanges } from './group-changes.ts';
import { notComparedHeading, notComparedText } from './not-compared.ts';
import { isSilent, notShownText } from './not-shown.ts';
import { collectRisks, type FoundRisk, openRisks, riskMarks, riskText } from './risks/collect.ts';
import { summaryOf, summaryText } from './summary.ts';
import { knownLine, sentenceOf, signOf, subjectOf } from './wording.ts';

/** GitHub cuts comments at 65,536 characters; the rest is left to the other formats. */
export const longestMarkdown = 60_000;

const heading = '### Service traffic';

/** The traffic diff as a comment on a pull request: risks first, then a list per Service. */
export const formatTrafficMarkdown = (
  diff: TrafficDiff,
  locate: Locate,
  details = false,
): string =>
  isSilent(diff)
    ? `${heading}\n\nNo packet is treated differently.\n`
    : `${markdownBody(diff, locate, details)}${markdownEnd(diff)}`;

function markdownBody(diff: TrafficDiff, locate: Locate, details: boolean): string {
  const risks = markdownRisks(collectRisks(diff), { room: longestMarkdown, locate });
  const start = `${heading}\n\n${markdownGaps(diff.notCompared)}${risks}`;
  const room = longestMarkdown - start.length;
  return `${start}${markdownChanges(diff, { room, locate, details })}`;
}

function markdownEnd(diff: TrafficDiff): string {
  const notShown = diff.notShown === undefined ? '' : `${notShownText(diff.notShown)}.\n\n`;
  return `${notShown}**${summaryText(summaryOf(diff))}**\n`;
}

export interface MarkdownPart {
  /** In characters; Services that do not fit are counted. */
  readonly room: number;
  readonly locate: Locate;
  readonly details: boolean;
}

/** What is dangerous, as an alert, in half of the room at most; '' where there is nothing. */
export function markdownRisks(
  risks: readonly FoundRisk[],
  { room, locate }: Pick<MarkdownPart, 'room' | 'locate'>,
  where?: (risk: FoundRisk) => string,
): string {
  if (risks.length === 0) return '';
  const open = openRisks(risks);
  const kind = open.some(({ severity }) => severity === 'high') ? 'CAUTION' : 'WARNING';
  let text = `> [!${open.length === 0 ? 'NOTE' : kind}]\n`;
  let told = 0;
  for (const risk of risks) {
    const on = where === undefined ? '' : ` (${where(risk)})`;
    const { accepted, severity, code } = risk;
    const head = accepted === undefined ? `**${severity}** ${code}` : `accepted ${code}`;
    const why = accepted === undefined ? '' : ` (${accepted.reason})`;
    const known = risk.known === undefined ? '' : `; ${knownLine(risk.known)}`;
    const words = escapeMarkdown(`${riskText(risk)}${on}${why}${known}`);
    const line = `> - ${head} ${words}${whereMarkdown(risk, locate)}\n`;
    if (text.length + line.length > room / 2) break;
    text += line;
    told += 1;
  }
  const left = risks.slice(told);
  const high = openRisks(left).filter(({ severity }) => severity === 'high').length;
  if (left.length > 0)
    text += `> - and ${counted(left.length, 'risk')} more, ${high} of them high\n`;
  return `${text}\n`;
}

/** The changes by namespace and Service, and endpoints that come and go by their number. */
export function markdownChanges(
  diff: TrafficDiff,
  { room, locate, details }: MarkdownPart,
): string {
  const { shown, churn } = foldChurn(diff.changes, details);
  const groups = groupChanges({ ...diff, changes: shown });
  const lines = churnLines(churn).map((line) => `- ${escapeMarkdown(line)}\n`);
  const folded =
    lines.length === 0
      ? ''
      : `${lines.join('')}\n<sub>\\-\\-details tells them one by one.</sub>\n\n`;
  const namespaces = new Set(groups.flatMap(({ service }) => service?.replace(/\/.*/, '') ?? []));
  let text = '';
  let left = groups.length;
  let current: string | undefined;
  for (const group of groups) {
    const namespace = group.service?.replace(/\/.*/, '');
    const isNew = namespaces.size > 1 && namespace !== undefined && namespace !== current;
    const heading = isNew ? `##### Namespace ${escapeMarkdown(namespace)}\n\n` : '';
    const part = `${heading}${formatGroup(group, locate)}`;
    if (text.length + part.length + folded.length > room) break;
    current = namespace;
    text += part;
    left -= 1;
  }
  if (left > 0) text += `and ${left} more Services.\n\n`;
  return `${text}${folded}`;
}

const whereMarkdown = (
  { origin, cause }: Pick<Change, 'origin' | 'cause'>,
  locate: Locate,
): string => {
  const place = placeOf({ origin }, locate);
  if (place === undefined) return '';
  const how = cause === undefined ? '' : ` (${cause})`;
  return ` <sub>${escapeMarkdown(`${place}${how}`)}</sub>`;
};

/** What the comparison does not cover, as an alert; '' where it covers everything. */
export function markdownGaps(list: TrafficDiff['notCompared']): string {
  if (list.length === 0) return '';
  const texts = list
    .slice(0, shownGaps)
    .map((each) => `> - ${escapeMarkdown(notComparedText(each))}`);
  const more = list.length > shownGaps ? [`> - and ${list.length - shownGaps} more`] : [];
  const head = `> ${escapeMarkdown(notComparedHeading(list))}`;
  return `> [!CAUTION]\n${[head, ...texts, ...more].join('\n')}\n\n`;
}

const shownGaps = 20;

const subjectMarkdown = (service: string | undefined): string =>
  service === undefined ? '' : `**${escapeMarkdown(service)}**`;

function formatGroup({ service, life, changes, remarks }: ServiceChanges, locate: Locate): string {
  const remark = life === 'changed' ? '' : ` (${life})`;
  const title = service === undefined ? '**No Service**' : `${subjectMarkdown(service)}${remark}`;
  const items = changes.map((change) => formatChange(change, locate)).join('');
  const why = remarks.map(({ text, origin }) => {
    const place = placeOf({ origin }, locate);
    const where = place === undefined ? '' : ` <sub>${escapeMarkdown(place)}</sub>`;
    return `- **${escapeMarkdown(text)}**${where}\n`;
  });
  return `${title}\n\n${why.join('')}${items}\n`;
}

const signWords = { '+': 'added', '-': 'lost', '~': 'changed' } as const;

function formatChange(change: Change, locate: Locate): string {
  const word = signWords[signOf(change)];
  const marks = riskMarks(change);
  const mark = marks.length === 0 ? '' : ` **${marks.join(', ')}**`;
  const known = change.known === undefined ? '' : `; *${escapeMarkdown(knownLine(change.known))}*`;
  return `- *${word}*${mark} ${code(subjectOf(change))} ${escapeMarkdown(sentenceOf(change))}${known}${whereMarkdown(change, locate)}\n`;
}

const code = (text: string): string => `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ')}\``;

/** Names and file names may hold what Markdown and HTML would act on. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/[\\`*_{}[\]<>|#~@&!]|:(?=\/\/)/g, (character) => `\\${character}`)
    .replace(/\s+/g, ' ');
