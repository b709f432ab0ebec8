import type { Source } from '../diagnostics/source.ts';

const cache = new WeakMap<Source, readonly number[]>();

/** The offset of the first character of every line; worked out once for each source. */
export function lineStarts(source: Source): readonly number[] {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const starts = [0];
  let lineFeed = source.text.indexOf('\n');
  while (lineFeed >= 0) {
    starts.push(lineFeed + 1);
    lineFeed = source.text.indexOf('\n', lineFeed + 1);
  }
  cache.set(source, starts);
  return starts;
}

/** The index in `starts` of the line that holds `offset`. */
export function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
