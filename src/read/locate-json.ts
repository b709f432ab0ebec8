import type { FieldPath, Source, SourceObject } from '../diagnostics/source.ts';
import { type JsonEntry, jsonEntries, skipSpace } from './json-scan.ts';
import { printedItem } from './printed-items.ts';
import type { TextRange } from './text-range.ts';

/** The entries of the objects and arrays on the way to Lists' items, by offset. */
const onTheWay = new WeakMap<Source, Map<number, readonly JsonEntry[]>>();

/** A List of thousands of items is scanned once, not once for each diagnostic. */
function knownEntries(source: Source, pos: number): readonly JsonEntry[] {
  let known = onTheWay.get(source);
  if (known === undefined) {
    known = new Map();
    onTheWay.set(source, known);
  }
  let entries = known.get(pos);
  if (entries === undefined) {
    entries = [...jsonEntries(source.text, pos)];
    known.set(pos, entries);
  }
  return entries;
}

function findEntry(
  text: string,
  entries: readonly JsonEntry[],
  step: string | number,
): JsonEntry | undefined {
  const [first] = entries;
  if (first === undefined) return undefined;
  if (first.keyStart < 0) return entries[Number(step)];
  // The last of several equal keys is the one that JSON.parse keeps.
  return entries.findLast((entry) => keyOf(text, entry) === String(step));
}

function keyOf(text: string, { keyStart, keyEnd }: JsonEntry): string {
  const literal = text.slice(keyStart, keyEnd);
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function scannedStart({ source, extent }: SourceObject): number {
  let start = skipSpace(source.text, extent.start);
  for (const step of extent.path) {
    start = findEntry(source.text, knownEntries(source, start), step)?.start ?? start;
  }
  return start;
}

/** Where a field of a JSON object stands, or its nearest existing parent's key. */
export function locateInJson(
  object: SourceObject,
  path: FieldPath,
  at: 'key' | 'value',
): TextRange {
  const { text } = object.source;
  let start = printedItem(object) ?? scannedStart(object);
  let range: TextRange = { start, end: start + 1 };
  let key = range;
  for (const [index, step] of path.entries()) {
    const entry = findEntry(text, [...jsonEntries(text, start)], step);
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
