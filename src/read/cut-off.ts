import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';
import { spanError } from './span-error.ts';
import type { Stretch } from './split-documents.ts';

/*
 * YAML has no end: what is left of a text that was cut off is YAML, and means something else
 * (`targetPort: 80` of `targetPort: 8080`). A cut within a line shows, because whoever writes YAML ends
 * its last line; one after a whole line does not, even after a `---`: manifests that are whole end with one.
 * JSON, and YAML in flow style, close what they open: without its end it is a syntax error.
 */

/**
 * Whether a text ends in the middle of a line, so that its end may be missing.
 *
 * @param last the last of its YAML documents
 * @returns a warning; undefined for a text that does not; see {@link refusingCutOff}
 */
export function doubtAboutEnd(source: Source, last: Stretch | undefined): Diagnostic | undefined {
  const { text } = source;
  if (last === undefined || text.endsWith('\n')) return undefined;
  const isClosed = /[{[]/.test(text.charAt(last.content)) && /[\]}][ \t\r]*$/.test(text);
  return isClosed ? undefined : endsWithinLine(source);
}

function endsWithinLine(source: Source): Diagnostic {
  const { text } = source;
  const start = text.lastIndexOf('\n') + 1;
  const error = spanError(
    'NATC1051',
    'the text ends in the middle of a line: its end may be missing',
    [{ source, start, end: text.length }],
    'did the program that writes it come to its end? if this is all of it, end it with a line feed (echo does, printf does not)',
  );
  return { ...error, severity: 'warning' };
}

/** Ends in the middle of a line, or before the first one. */
const cutOff: ReadonlySet<DiagnosticCode> = new Set(['NATC1004', 'NATC1051']);

/** For what changes a machine: a text that seems to be cut off is an error. */
export const refusingCutOff = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.map((diagnostic) =>
    cutOff.has(diagnostic.code) ? { ...diagnostic, severity: 'error' } : diagnostic,
  );
