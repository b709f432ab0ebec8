import type { Locate } from '../diagnostics/report.ts';
import type { Change, TrafficDiff } from './change.ts';
import { placeOf } from './format-text.ts';
import { countChanges, countsText, groupChanges, type ServiceChanges } from './group-changes.ts';
import { notComparedHeading, notComparedText } from './not-compared.ts';
import { isSilent, notShownText } from './not-shown.ts';
import { riskLines, sentenceOf, signOf, subjectOf } from './wording.ts';

/** GitHub cuts comments at 65,536 characters; the rest is left to the other formats. */
export const longestMarkdown = 60_000;

const heading = '### Service traffic';

/** The traffic diff as a comment on a pull request: risks first, then a list per Service. */
export const formatTrafficMarkdown = (diff: TrafficDiff, locate: Locate): string =>
  isSilent(diff)
    ? `${heading}\n\nNo packet is treated differently.\n`
    : markdownChanges(diff, { heading, room: longestMarkdown, locate });

export interface MarkdownPart {
  /** Markdown; the counts follow it. */
  readonly heading: string;
  /** In characters; Services that do not fit are counted. */
  readonly room: number;
  readonly locate: Locate;
}

/** The changes under a heading. */
export function markdownChanges(
  diff: TrafficDiff,
  { heading, room, locate }: MarkdownPart,
): string {
  const groups = groupChanges(diff);
  const risky = groups.flatMap(({ service, changes }) =>
    changes.flatMap((change) =>
      riskLines(change).map((line) => `> - ${subjectMarkdown(service)} ${escapeMarkdown(line)}`),
    ),
  );
  const claims = diff.claims.map(({ text }) => `> - ${escapeMarkdown(text)}`);
  const warnings = [...claims, ...risky];
  const risks = warnings.length === 0 ? '' : `> [!WARNING]\n${warnings.join('\n')}\n\n`;
  const gaps = markdownGaps(diff.notCompared);
  let text = `${heading}: ${countsText(countChanges(diff))}\n\n${gaps}${risks}`;
  let left = groups.length;
  for (const group of groups) {
    const part = formatGroup(group, locate);
    if (text.length + part.length > room) break;
    text += part;
    left -= 1;
  }
  if (left > 0) text += `and ${left} more Services.\n`;
  return diff.notShown === undefined ? text : `${text}${notShownText(diff.notShown)}.\n`;
}

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
  const place = placeOf(change, locate);
  const where = place === undefined ? '' : ` <sub>${escapeMarkdown(place)}</sub>`;
  const word = signWords[signOf(change)];
  return `- *${word}* ${code(subjectOf(change))} ${escapeMarkdown(sentenceOf(change))}${where}\n`;
}

const code = (text: string): string => `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ')}\``;

/** Names and file names may hold what Markdown and HTML would act on. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/[\\`*_{}[\]<>|#~@&!]|:(?=\/\/)/g, (character) => `\\${character}`)
    .replace(/\s+/g, ' ');
