import type { Source } from '../diagnostics/source.ts';

const cache = new WeakMap<Source, Uint32Array>();

/** The offset of the first character of every line; worked out once for each source. */
export function lineStarts(source: Source): Uint32Array {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const { text } = source;
  let count = 1;
  for (let pos = text.indexOf('\n'); pos >= 0; pos = text.indexOf('\n', pos + 1)) count++;
  const starts = new Uint32Array(count);
  let line = 1;
  for (let pos = text.indexOf('\n'); pos >= 0; pos = text.indexOf('\n', pos + 1)) {
    starts[line++] = pos + 1;
  }
  cache.set(source, starts);
  return starts;
}

/** The index in `starts` of the line that holds `offset`. */
export function lineOf(starts: Uint32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
