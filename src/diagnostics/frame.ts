import { printableColumns } from './printable.ts';
import type { Location } from './source.ts';

export interface Frame {
  /** The line, or the part of it around the span when it is too long. */
  readonly text: string;
  /** Blanks up to the span, then marks under it. */
  readonly marks: string;
}

const cut = '...';

/**
 * One source line with marks under the span, at most `width` columns wide also when the line is a
 * whole minified file. A span of several lines is marked to the end of its first one.
 */
export function makeFrame(location: Location, width: number, mark: string): Frame {
  const { lineText } = location;
  const start = Math.min(location.column - 1, lineText.length);
  const end = location.endLine > location.line ? lineText.length : location.endColumn - 1;
  const from = lineText.length <= width ? 0 : windowStart(start, lineText.length, width);
  const head = from > 0 ? cut : '';
  const to = Math.min(lineText.length, from + width - head.length);
  const tail = to < lineText.length ? cut : '';
  const shown = (a: number, b: number) => printableColumns(lineText.slice(a, b));
  const lastShown = to - tail.length;
  const spanEnd = Math.max(start, Math.min(end, lastShown));
  const blanks = columns(head + shown(from, start));
  const marks = Math.max(1, columns(shown(start, spanEnd)));
  return {
    text: (head + shown(from, lastShown) + tail).trimEnd(),
    marks: ' '.repeat(blanks) + mark.repeat(marks),
  };
}

/** Keeps a third of the width in front of the span. */
const windowStart = (start: number, length: number, width: number): number =>
  Math.max(0, Math.min(start - Math.floor(width / 3), length - width + cut.length));

const columns = (text: string): number => [...text].length;
