import type { Palette } from '../diagnostics/palette.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Locate } from '../diagnostics/report.ts';
import type { Change, Remark, TrafficDiff } from './change.ts';
import { countChanges, countsText, groupChanges, type ServiceChanges } from './group-changes.ts';
import { notComparedHeading, notComparedText } from './not-compared.ts';
import { notShownText } from './not-shown.ts';
import { knownLine, riskLines, type Sign, sentenceOf, signOf, subjectOf } from './wording.ts';

export interface TextOptions {
  readonly palette: Palette;
  readonly locate: Locate;
}

/** The traffic diff for a terminal: by Service, a change a paragraph, risks marked; what Services claim of
 * others comes first. '' for none. */
export function formatTrafficText(diff: TrafficDiff, options: TextOptions): string {
  const { palette } = options;
  const gaps = notComparedLines(diff.notCompared, options);
  const rest = diff.notShown === undefined ? '' : `${palette.bold(notShownText(diff.notShown))}\n`;
  if (diff.changes.length + diff.claims.length === 0) return `${gaps}${rest}`;
  const groups = groupChanges(diff).map((group) => formatGroup(group, options));
  const parts = [...claimsText(diff.claims, options), ...groups, ...(rest === '' ? [] : [rest])];
  const head = gaps === '' ? '' : `${gaps}\n`;
  return `${head}${palette.bold(countsText(countChanges(diff)))}\n\n${parts.join('\n')}`;
}

/** What was not compared comes first: without it, the rest says less than it seems to. */
export function notComparedLines(
  list: TrafficDiff['notCompared'],
  { palette, locate }: TextOptions,
): string {
  if (list.length === 0) return '';
  const lines = list.map((each) => {
    const place = placeOf(each, locate);
    return `  ${printable(notComparedText(each))}${place === undefined ? '' : ` (${printable(place)})`}`;
  });
  return `${[palette.red(notComparedHeading(list)), ...lines].join('\n')}\n`;
}

/** One part for all of them; none where there is no claim. */
function claimsText(
  claims: TrafficDiff['claims'],
  { palette, locate }: TextOptions,
): readonly string[] {
  if (claims.length === 0) return [];
  const lines = claims.flatMap((claim) => {
    const place = placeOf(claim, locate);
    const colour = claim.kind === 'CLAIM_LOST' ? palette.yellow : palette.red;
    return [
      colour(`RISK: ${printable(claim.text)}`),
      ...(place === undefined ? [] : [`      ${palette.cyan(printable(place))}`]),
    ];
  });
  return [lines.map((line) => `${line}\n`).join('')];
}

function formatGroup(
  { service, life, changes, remarks }: ServiceChanges,
  options: TextOptions,
): string {
  const { palette } = options;
  const remark = life === 'changed' ? '' : ` (${life})`;
  const heading = service === undefined ? 'No Service' : `Service ${printable(service)}`;
  const lines = [
    ...remarks.flatMap((each) => formatRemark(each, options)),
    ...changes.flatMap((change) => formatChange(change, options)),
  ];
  return `${palette.bold(heading)}${remark}\n${lines.map((line) => `${line}\n`).join('')}`;
}

function formatRemark(remark: Remark, { palette, locate }: TextOptions): readonly string[] {
  const place = placeOf(remark, locate);
  return [
    `  ${palette.bold(printable(remark.text))}`,
    ...(place === undefined ? [] : [`      ${palette.cyan(printable(place))}`]),
  ];
}

function formatChange(change: Change, { palette, locate }: TextOptions): readonly string[] {
  const sign = signOf(change);
  const colour: Readonly<Record<Sign, (text: string) => string>> = {
    '+': palette.green,
    '-': palette.red,
    '~': palette.yellow,
  };
  const place = placeOf(change, locate);
  return [
    `  ${colour[sign](`${sign} ${printable(subjectOf(change))}`)}`,
    `      ${printable(sentenceOf(change))}`,
    ...(change.known === undefined ? [] : [`      ${knownLine(change.known)}`]),
    ...riskLines(change).map((line) => `      ${palette.red(`RISK: ${printable(line)}`)}`),
    ...(place === undefined
      ? []
      : [`      ${palette.cyan(printable(place))}${causeAfter(change)}`]),
  ];
}

/** What somebody did there, where that is known. */
const causeAfter = ({ cause }: Change): string =>
  cause === undefined ? '' : ` (${printable(cause)})`;

/** `services.yaml:12`, where manifests were given. */
export function placeOf({ origin }: Pick<Change, 'origin'>, locate: Locate): string | undefined {
  if (origin === undefined) return undefined;
  const location = locate({ kind: 'field', object: origin.object, path: origin.path });
  return location === undefined ? origin.object.source.name : `${location.file}:${location.line}`;
}
