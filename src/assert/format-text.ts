import type { Palette } from '../diagnostics/palette.ts';
import type { Place } from '../diagnostics/place.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Locate } from '../diagnostics/report.ts';
import { counted } from '../diagnostics/summary.ts';
import {
  type AssertionVerdict,
  type Breach,
  judgedNodes,
  whereBroken,
  witnessText,
} from './breach.ts';
import { breachCodes } from './findings.ts';

export interface AssertTextOptions {
  readonly palette: Palette;
  readonly locate: Locate;
}

const mostBreaches = 10;

/** The broken assertions with what breaks them, then those that hold, then how many there are of each. */
export function formatVerdicts(
  verdicts: readonly AssertionVerdict[],
  { palette, locate }: AssertTextOptions,
): string {
  const broken = verdicts.filter(({ breaches }) => breaches.length > 0);
  const holding = verdicts.filter(({ breaches }) => breaches.length === 0);
  const parts = [
    ...broken.map((verdict) => {
      const { assertion, breaches } = verdict;
      const shown = breaches.slice(0, mostBreaches);
      const rest = breaches.length - shown.length;
      return [
        `${palette.red(`broken[${breachCodes[assertion.verb]}]`)}  ${palette.bold(printable(assertion.name))}  ${placed(assertion.place, locate)}`,
        ...shown.flatMap((breach) => breachLines(verdict, breach, { palette, locate })),
        ...(rest === 0 ? [] : [`  and ${rest} more (-o json has all)`]),
        '',
      ].join('\n');
    }),
    ...holding.map(({ assertion }) => `${palette.green('holds')}  ${printable(assertion.name)}`),
  ];
  return `${parts.map((part) => `${part}\n`).join('')}${holding.length > 0 ? '\n' : ''}${verdictSummary(verdicts)}\n`;
}

/** `1 of 5 assertions is broken`, `all 5 assertions hold`, `the assertion holds on all 3 nodes` */
export function verdictSummary(verdicts: readonly AssertionVerdict[]): string {
  const all = judgedNodes(verdicts)?.length;
  const broken = new Set(
    verdicts.flatMap(({ breaches }) => breaches.flatMap(({ nodes = [] }) => nodes)),
  ).size;
  if (all === undefined) return summaryOfOne(verdicts);
  const isOn = broken === 0 ? all : broken;
  const where =
    isOn === all ? (all === 1 ? '1 node' : `all ${all} nodes`) : `${isOn} of ${all} nodes`;
  return `${summaryOfOne(verdicts)} on ${where}`;
}

function summaryOfOne(verdicts: readonly AssertionVerdict[]): string {
  const broken = verdicts.filter(({ breaches }) => breaches.length > 0).length;
  if (broken > 0 && verdicts.length === 1) return 'the assertion is broken';
  if (broken > 0)
    return `${broken} of ${counted(verdicts.length, 'assertion')} ${broken === 1 ? 'is' : 'are'} broken`;
  return verdicts.length === 1 ? 'the assertion holds' : `all ${verdicts.length} assertions hold`;
}

function breachLines(
  verdict: AssertionVerdict,
  breach: Breach,
  { palette, locate }: AssertTextOptions,
): readonly string[] {
  const { text, witness, origin } = breach;
  return [
    `  ${printable(`${whereBroken(verdict, breach)}${text}`)}`,
    ...(witness === undefined ? [] : [`    packet  ${printable(witnessText(witness))}`]),
    ...(origin === undefined
      ? []
      : [`    line    ${palette.cyan(placed({ kind: 'field', ...origin }, locate))}`]),
  ];
}

/** `rules.yaml:12:5`, or the name of the file where the text is not at hand. */
function placed(place: Place, locate: Locate): string {
  const location = locate(place);
  if (location !== undefined)
    return printable(`${location.file}:${location.line}:${location.column}`);
  return place.kind === 'field' ? printable(place.object.source.name) : '';
}
