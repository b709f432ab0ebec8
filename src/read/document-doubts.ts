import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { quoteText, spanError } from './span-error.ts';
import type { Stretch } from './split-documents.ts';

/*
 * kubectl takes a text apart line by line before it reads any YAML (k8s.io/apimachinery/pkg/util/yaml): at
 * lines that begin with `---`, which may hold a comment beside it and nothing else. Of each part Go's YAML
 * reads the first document, and what comes after that is not read, without a word.
 */

/** How much of a text kubectl looks at to tell JSON, of which it reads every value, from YAML. */
const peeked = 4096;

const separatorLine = /---[ \t\r]*(?:(?<=[ \t\r])#[^\n]*)?(?![^\n])/y;
const endMarkerLine = /\.\.\.[ \t\r]*(?:(?<=[ \t\r])#[^\n]*)?/y;
const comments = /(?:[ \t\r\n]*#[^\n]*(?:\n|$))*[ \t\r\n]*/y;

/** Why kubectl reads another document than stands there, or none; undefined where it does not. */
export function documentDoubt(source: Source, stretch: Stretch): Diagnostic | undefined {
  const { text } = source;
  const { start, end, endMarker, isAfterEnd } = stretch;
  const isSeparated = text.startsWith('---', start);
  if (isSeparated && endOf(separatorLine, text, start) === undefined)
    return badSeparator(source, start);
  const first = endOf(comments, text, isSeparated ? endOfLine(text, start) : start) ?? start;
  if (first === endMarker && !isAfterEnd) return endOfNothing(source, first);
  if (first < (endMarker ?? end)) {
    if (isAfterEnd) return notRead(source, first, 'kubectl does not read what follows `...`');
    if (text.charAt(first) === '%') return directive(source, first);
  }
  if (endMarker === undefined) return undefined;
  const rest = endOf(endMarkerLine, text, endMarker) ?? endMarker;
  return rest < endOfLine(text, endMarker)
    ? notRead(source, rest, 'kubectl does not read what follows `...`')
    : undefined;
}

/**
 * Several JSON values one after the other, where kubectl reads YAML: it reads the first one.
 *
 * @param starts where they begin
 */
export const severalInYaml = (
  source: Source,
  [, second]: readonly number[],
): Diagnostic | undefined =>
  second === undefined
    ? undefined
    : notRead(source, second, 'kubectl does not read a second value in a YAML document');

/** Whether kubectl takes a text that begins with a brace there for YAML all the same. */
export const isTakenForYaml = ({ text, hasMark = false }: Source): boolean =>
  hasMark || (endOf(/[ \t\r\n]*/y, text, 0) ?? 0) >= peeked;

function badSeparator(source: Source, start: number): Diagnostic {
  const end = endOfLine(source.text, start);
  const line = source.text.slice(start, end);
  return spanError(
    'NATC1055',
    `a line that begins with \`---\` may hold a comment besides, got \`${quoteText(line)}\``,
    [{ source, start, end: start + line.trimEnd().length }],
    line.startsWith('---#')
      ? 'put a space before the comment'
      : 'put what follows `---` on the next line',
  );
}

const endOfNothing = (source: Source, start: number): Diagnostic =>
  spanError(
    'NATC1010',
    'invalid YAML: `...` ends a document that has not begun',
    [{ source, start, end: start + 3 }],
    'remove the line',
  );

const notRead = (source: Source, start: number, message: string): Diagnostic =>
  spanError(
    'NATC1056',
    message,
    [
      {
        source,
        start,
        end: start + source.text.slice(start, endOfLine(source.text, start)).trimEnd().length,
      },
    ],
    'put a line `---` before it',
  );

const directive = (source: Source, start: number): Diagnostic =>
  spanError(
    'NATC1057',
    `kubectl takes no YAML directives, got \`${quoteText(source.text.slice(start, endOfLine(source.text, start)))}\``,
    [{ source, start, end: endOfLine(source.text, start) }],
    'remove the line',
  );

function endOf(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function endOfLine(text: string, from: number): number {
  const lineFeed = text.indexOf('\n', from);
  return lineFeed < 0 ? text.length : lineFeed;
}
