import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import type { Document } from './document.ts';
import { findJsonError } from './json-error.ts';
import { skipSpace, skipValue } from './json-scan.ts';
import { quoteText, spanError } from './span-error.ts';
import { templateError } from './template.ts';

export interface JsonStream {
  readonly documents: readonly Document[];
  /** Where the first value that is no JSON begins; undefined when all are read. */
  readonly failedAt: number | undefined;
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/**
 * Reads a stretch of text as JSON: one value or several one after the other, as `jq -c` and kubectl
 * with several arguments print them. Where a key is given twice, the last one counts.
 */
export function readJsonStream(source: Source, start: number, end: number): JsonStream {
  const isWhole = start === 0 && end === source.text.length;
  const text = isWhole ? source.text : source.text.slice(start, end);
  const whole = parse(text);
  if (whole !== undefined) {
    return { documents: [document(whole.value, start, end)], failedAt: undefined };
  }
  const documents: Document[] = [];
  let pos = skipSpace(text, 0);
  while (pos < text.length) {
    const valueEnd = skipValue(text, pos);
    const parsed = valueEnd < 0 ? undefined : parse(text.slice(pos, valueEnd));
    if (parsed === undefined) return { documents, failedAt: start + pos };
    documents.push(document(parsed.value, start + pos, start + valueEnd));
    pos = skipSpace(text, valueEnd);
  }
  return { documents, failedAt: undefined };
}

const document = (value: unknown, start: number, end: number): Document => ({
  value,
  extent: { format: 'json', start, end, path: [] },
  items: [],
});

/** Why the value that begins at `start` is no JSON. */
export function jsonError(source: Source, start: number, end: number): Diagnostic {
  const { text } = source;
  // What a text that was cut off ends with is no white space.
  const last = lastCharacter(text, end) + 1;
  const error = findJsonError(text, start, Math.max(start + 1, last));
  const at = error?.start ?? start;
  const template = templateError(source, at);
  if (template !== undefined) return template;
  const opened = error?.opened ?? -1;
  const note = { source, start: opened, end: opened + 1, note: 'still open' };
  const notes = opened < 0 || opened === at - 1 ? [] : [note];
  if (error?.isTruncated === true) {
    const line = text.slice(Math.max(0, text.lastIndexOf('\n', at - 2) + 1), at);
    return spanError(
      'NATC1023',
      `the JSON ends in the middle, after \`${quoteText(line.slice(-40))}\``,
      [{ source, start: at - 1, end: at }, ...notes],
      'did the command that wrote it fail?',
    );
  }
  const message = `invalid JSON: ${error?.message ?? 'unexpected text'}`;
  return spanError('NATC1022', message, [{ source, start: at, end: error?.end ?? at + 1 }]);
}

/** The last character before `end` that is no white space: what an error at the end points at. */
function lastCharacter(text: string, end: number): number {
  let pos = end - 1;
  while (pos > 0 && text.charAt(pos).trim() === '') pos--;
  return Math.max(0, pos);
}
