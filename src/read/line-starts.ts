import type { Source } from '../diagnostics/source.ts';

/** Where lines begin, as far as somebody has asked. */
const known = new WeakMap<Source, number[]>();

/** One line of a text: which one, from 0, and the offset of its first character. */
export interface Line {
  readonly index: number;
  readonly start: number;
}

/** The line that holds `offset`. A text is searched for line breaks once, and no further than asked for. */
export function lineAt(source: Source, offset: number): Line {
  const starts = known.get(source) ?? [0];
  known.set(source, starts);
  extend(source.text, starts, offset);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { index: low, start: starts[low] ?? 0 };
}

function extend(text: string, starts: number[], offset: number): void {
  let last = starts.at(-1) ?? 0;
  while (last <= offset) {
    const lineBreak = text.indexOf('\n', last);
    if (lineBreak < 0) return;
    last = lineBreak + 1;
    starts.push(last);
  }
}
