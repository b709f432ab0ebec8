import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Source } from '../diagnostics/source.ts';

/** A stretch of a source's text, in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
  /** A few words set beside the place. */
  readonly note?: string;
}

/** An error at a stretch of text; further spans explain it. */
export function spanError(
  code: DiagnosticCode,
  message: string,
  spans: readonly Span[],
  hint?: string,
): Diagnostic {
  const places = spans.map((span) => ({ kind: 'span', ...span }) as const);
  return { code, severity: 'error', message, places, ...(hint !== undefined && { hint }) };
}

const longestQuote = 40;

/** A piece of the user's text for a message: on one line and not too long. */
export function quoteText(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > longestQuote ? `${line.slice(0, longestQuote - 1)}…` : line;
}
