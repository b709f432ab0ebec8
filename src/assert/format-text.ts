import type { Place } from '../diagnostics/diagnostic.ts';
import type { Palette } from '../diagnostics/palette.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Locate } from '../diagnostics/report.ts';
import { counted } from '../diagnostics/summary.ts';
import { type Breach, type Verdict, witnessText } from './breach.ts';
import { breachCodes } from './findings.ts';

export interface AssertTextOptions {
  readonly palette: Palette;
  readonly locate: Locate;
}

const mostBreaches = 10;

/** The broken assertions with what breaks them, then those that hold, then how many there are of each. */
export function formatVerdicts(
  verdicts: readonly Verdict[],
  { palette, locate }: AssertTextOptions,
): string {
  const broken = verdicts.filter(({ breaches }) => breaches.length > 0);
  const holding = verdicts.filter(({ breaches }) => breaches.length === 0);
  const parts = [
    ...broken.map(({ assertion, breaches }) => {
      const shown = breaches.slice(0, mostBreaches);
      const rest = breaches.length - shown.length;
      return [
        `${palette.red(`broken[${breachCodes[assertion.verb]}]`)}  ${palette.bold(printable(assertion.name))}  ${placed(assertion.place, locate)}`,
        ...shown.flatMap((breach) => breachLines(breach, { palette, locate })),
        ...(rest === 0 ? [] : [`  and ${rest} more (-o json has all)`]),
        '',
      ].join('\n');
    }),
    ...holding.map(({ assertion }) => `${palette.green('holds')}  ${printable(assertion.name)}`),
  ];
  return `${parts.map((part) => `${part}\n`).join('')}${holding.length > 0 ? '\n' : ''}${verdictSummary(verdicts)}\n`;
}

/** `1 of 5 assertions is broken`, `all 5 assertions hold` */
export function verdictSummary(verdicts: readonly Verdict[]): string {
  const broken = verdicts.filter(({ breaches }) => breaches.length > 0).length;
  if (broken > 0 && verdicts.length === 1) return 'the assertion is broken';
  if (broken > 0)
    return `${broken} of ${counted(verdicts.length, 'assertion')} ${broken === 1 ? 'is' : 'are'} broken`;
  return verdicts.length === 1 ? 'the assertion holds' : `all ${verdicts.length} assertions hold`;
}

function breachLines(
  { text, witness, origin }: Breach,
  { palette, locate }: AssertTextOptions,
): readonly string[] {
  return [
    `  ${printable(text)}`,
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
