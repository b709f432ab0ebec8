import type { Palette } from '../diagnostics/palette.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Locate } from '../diagnostics/report.ts';
import type { Change, Remark, TrafficDiff } from './change.ts';
import { churnLines, foldChurn } from './churn.ts';
import { byNamespace, groupChanges, type ServiceChanges } from './group-changes.ts';
import { notComparedHeading, notComparedText } from './not-compared.ts';
import { notShownText } from './not-shown.ts';
import { collectRisks, type FoundRisk, riskHead, riskMarks, riskText } from './risks/collect.ts';
import { summaryOf, summaryText } from './summary.ts';
import { knownLine, type Sign, sentenceOf, signOf, subjectOf } from './wording.ts';

export interface TrafficTextOptions {
  readonly palette: Palette;
  readonly locate: Locate;
  /** Whether endpoints that come and go are all told; else many are told by their number. */
  readonly details?: boolean;
}

/**
 * The traffic diff for a terminal: what is dangerous first, then by namespace and Service a change a paragraph, then
 * endpoints that come and go by their number, and one line that sums up. '' for none.
 */
export function formatTrafficText(diff: TrafficDiff, options: TrafficTextOptions): string {
  const { palette } = options;
  const gaps = notComparedLines(diff.notCompared, options);
  const rest = diff.notShown === undefined ? '' : `${palette.bold(notShownText(diff.notShown))}\n`;
  if (diff.changes.length + diff.claims.length === 0) return `${gaps}${rest}`;
  const summary = `${palette.bold(summaryText(summaryOf(diff)))}\n`;
  const risks = riskBlock(collectRisks(diff), options);
  return joinedBlocks([gaps, risks, ...changeBlocks(diff, options), rest, summary]);
}

/** Blocks with a line between them. */
export const joinedBlocks = (blocks: readonly string[]): string =>
  blocks.filter((block) => block !== '').join('\n');

/** A risk a paragraph: how bad, which, of what, where. @param where on which nodes, by risk */
export const riskBlock = (
  risks: readonly FoundRisk[],
  { palette, locate }: TrafficTextOptions,
  where?: (risk: FoundRisk) => string,
): string =>
  risks
    .flatMap((risk) => {
      const place = placeOf(risk, locate);
      const { accepted } = risk;
      const colour =
        accepted !== undefined
          ? palette.bold
          : risk.severity === 'low'
            ? palette.yellow
            : palette.red;
      const on = where === undefined ? '' : ` (${where(risk)})`;
      return [
        colour(printable(`${riskHead(risk)}: ${riskText(risk)}${on}`)),
        ...(accepted === undefined ? [] : [`      accepted: ${printable(accepted.reason)}`]),
        ...(risk.known === undefined ? [] : [`      ${knownLine(risk.known)}`]),
        ...(place === undefined
          ? []
          : [`      ${palette.cyan(printable(place))}${causeAfter(risk)}`]),
      ];
    })
    .map((line) => `${line}\n`)
    .join('');

/** What changes, by namespace, and what is told by its number. */
export function changeBlocks(diff: TrafficDiff, options: TrafficTextOptions): readonly string[] {
  const { palette, details = false } = options;
  const { shown, churn } = foldChurn(diff.changes, details);
  const namespaces = byNamespace(groupChanges({ ...diff, changes: shown }));
  const isHeaded = [...namespaces.keys()].filter((name) => name !== undefined).length > 1;
  const blocks = [...namespaces].flatMap(([namespace, groups]) => [
    ...(isHeaded && namespace !== undefined
      ? [`${palette.bold(`Namespace ${printable(namespace)}`)}\n`]
      : []),
    ...groups.map((group) => formatGroup(group, options)),
  ]);
  const lines = churnLines(churn).map((line) => `${printable(line)}\n`);
  return [
    ...blocks,
    lines.length === 0 ? '' : `${lines.join('')}--details tells them one by one.\n`,
  ];
}

/** What was not compared comes first: without it, the rest says less than it seems to. */
export function notComparedLines(
  list: TrafficDiff['notCompared'],
  { palette, locate }: TrafficTextOptions,
): string {
  if (list.length === 0) return '';
  const lines = list.map((each) => {
    const place = placeOf(each, locate);
    return `  ${printable(notComparedText(each))}${place === undefined ? '' : ` (${printable(place)})`}`;
  });
  return `${[palette.red(notComparedHeading(list)), ...lines].join('\n')}\n`;
}

function formatGroup(
  { service, life, changes, remarks }: ServiceChanges,
  options: TrafficTextOptions,
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

function formatRemark(remark: Remark, { palette, locate }: TrafficTextOptions): readonly string[] {
  const place = placeOf(remark, locate);
  return [
    `  ${palette.bold(printable(remark.text))}`,
    ...(place === undefined ? [] : [`      ${palette.cyan(printable(place))}`]),
  ];
}

function formatChange(change: Change, { palette, locate }: TrafficTextOptions): readonly string[] {
  const sign = signOf(change);
  const colour: Readonly<Record<Sign, (text: string) => string>> = {
    '+': palette.green,
    '-': palette.red,
    '~': palette.yellow,
  };
  const place = placeOf(change, locate);
  const marks = riskMarks(change);
  const mark = marks.length === 0 ? '' : ` ${palette.red(`(${marks.join(', ')})`)}`;
  return [
    `  ${colour[sign](`${sign} ${printable(subjectOf(change))}`)}${mark}`,
    `      ${printable(sentenceOf(change))}`,
    ...(change.known === undefined ? [] : [`      ${knownLine(change.known)}`]),
    ...(place === undefined
      ? []
      : [`      ${palette.cyan(printable(place))}${causeAfter(change)}`]),
  ];
}

/** What somebody did there, where that is known. */
const causeAfter = ({ cause }: Pick<Change, 'cause'>): string =>
  cause === undefined ? '' : ` (${printable(cause)})`;

/** `services.yaml:12`, where manifests were given. */
export function placeOf({ origin }: Pick<Change, 'origin'>, locate: Locate): string | undefined {
  if (origin === undefined) return undefined;
  const location = locate({ kind: 'field', object: origin.object, path: origin.path });
  return location === undefined ? origin.object.source.name : `${location.file}:${location.line}`;
}
