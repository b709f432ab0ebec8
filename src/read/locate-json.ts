import type { Extent, FieldPath, Source } from '../diagnostics/source.ts';
import { type JsonEntry, jsonEntries, skipSpace } from './json-scan.ts';
import type { TextRange } from './locate.ts';

/** The elements of the arrays that were looked into, by the offset of their `[`. */
const arrays = new WeakMap<Source, Map<number, readonly JsonEntry[]>>();

/** A List of thousands of items is scanned once, not once for each diagnostic. */
function elementsOf(source: Source, pos: number): readonly JsonEntry[] {
  let known = arrays.get(source);
  if (known === undefined) {
    known = new Map();
    arrays.set(source, known);
  }
  let elements = known.get(pos);
  if (elements === undefined) {
    elements = [...jsonEntries(source.text, pos)];
    known.set(pos, elements);
  }
  return elements;
}

function findEntry(source: Source, pos: number, step: string | number): JsonEntry | undefined {
  const { text } = source;
  const open = text.charAt(pos);
  if (open === '[') return elementsOf(source, pos)[Number(step)];
  if (open !== '{') return undefined;
  let found: JsonEntry | undefined;
  for (const entry of jsonEntries(text, pos)) {
    // The last of several equal keys is the one that JSON.parse keeps.
    if (keyOf(text, entry) === String(step)) found = entry;
  }
  return found;
}

function keyOf(text: string, { keyStart, keyEnd }: JsonEntry): string {
  const literal = text.slice(keyStart, keyEnd);
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

/** Where a field of a JSON object stands, or its nearest existing parent's key. */
export function locateInJson(
  source: Source,
  extent: Extent,
  path: FieldPath,
  at: 'key' | 'value',
): TextRange {
  let start = skipSpace(source.text, extent.start);
  for (const step of extent.path) start = findEntry(source, start, step)?.start ?? start;
  let range: TextRange = { start, end: start + 1 };
  let key = range;
  for (const [index, step] of path.entries()) {
    const entry = findEntry(source, start, step);
    if (entry === undefined) return key;
    // An element has no key of its own; what is missing in it is missing where it begins.
    key =
      entry.keyStart < 0
        ? { start: entry.start, end: entry.start + 1 }
        : { start: entry.keyStart, end: entry.keyEnd };
    const isLast = index === path.length - 1;
    range = isLast && at === 'value' ? { start: entry.start, end: entry.end } : key;
    start = entry.start;
  }
  return range;
}
