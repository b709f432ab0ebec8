import { hash } from 'node:crypto';
import type { Input } from '../read/inputs.ts';

/** Where one object of the input stands, found without parsing it. */
export interface Item {
  readonly style: Style;
  /** The input it is in: its name and its index. */
  readonly source: string;
  readonly input: number;
  /** Which one it is in its input. */
  readonly index: number;
  /** Offset in the input's bytes where the object begins; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The first 128 bits of the SHA-256 of its bytes. */
  readonly hash: string;
}

/** How the input shows where its objects are. */
export type Style = 'json-list' | 'yaml-list' | 'yaml-documents';

export interface Items {
  readonly items: readonly Item[];
  /** Hash of what stands around the items. */
  readonly frame: string;
}

/**
 * Splits inputs into objects where kubectl's way of printing shows them: the items of a List, as YAML
 * or as JSON, and YAML documents. Nothing is parsed, so what is found is only right when the text is
 * what it looks like; who uses it compares it with what was read (see {@link matchItems}), or reads the
 * items on their own.
 */
export function splitItems(inputs: readonly Input[]): Items {
  const items: Item[] = [];
  const frames: string[] = [];
  for (const [input, { name, bytes }] of inputs.entries()) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { style, starts, ends } = boundaries(text);
    for (const [index, start] of starts.entries()) {
      const end = ends[index] ?? text.length;
      const digest = hash('sha256', text.subarray(start, end)).slice(0, hashLength);
      items.push({ style, source: name, input, index, start, end, hash: digest });
    }
    // What stands between two items is always the same.
    const around = [text.subarray(0, starts[0]), text.subarray(ends.at(-1))];
    frames.push(style, hash('sha256', Buffer.concat(around)));
  }
  return { items, frame: hash('sha256', JSON.stringify(frames)) };
}

const hashLength = 32;

interface Boundaries {
  readonly style: Style;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function boundaries(text: Buffer): Boundaries {
  return jsonList(text) ?? yamlList(text) ?? yamlDocuments(text);
}

const [lineFeed, space, brace] = [0x0a, 0x20, 0x7b];

/** How far into a text the items of a List begin at most. */
const longestHead = 1024;

const jsonItems = '\n    "items": [\n        {';
const jsonNextItem = Buffer.from('\n        },\n        {');
/** What is looked for of it: it begins with a byte that is rare where most are spaces. */
const jsonNextMark = Buffer.from('},\n    ');
const beforeMark = jsonNextItem.indexOf(jsonNextMark);
const jsonLastItem = '\n        }\n    ]';
const jsonItemEnd = '\n        }';

/** `kubectl get -o json`: whatever is deeper in an object is indented by more than its braces. */
function jsonList(text: Buffer): Boundaries | undefined {
  const head = text.subarray(0, longestHead).indexOf(jsonItems);
  if (head < 0) return undefined;
  const starts: number[] = [];
  const ends: number[] = [];
  let start = head + jsonItems.length - 1;
  for (;;) {
    const next = nextItem(text, start);
    const close = next < 0 ? text.indexOf(jsonLastItem, start) : next;
    if (close < 0) return undefined;
    starts.push(start);
    ends.push(close + jsonItemEnd.length);
    if (next < 0) return { style: 'json-list', starts, ends };
    start = next + jsonNextItem.length - 1;
  }
}

/** `text.indexOf(jsonNextItem, start)`, four times as fast. */
function nextItem(text: Buffer, start: number): number {
  let mark = text.indexOf(jsonNextMark, start + beforeMark);
  while (mark >= 0) {
    const found = mark - beforeMark;
    const end = found + jsonNextItem.length;
    // Most marks are within items, and what follows there is deeper.
    const isDeep = text[end - 1] !== brace;
    if (!isDeep && text.compare(jsonNextItem, 0, jsonNextItem.length, found, end) === 0)
      return found;
    mark = text.indexOf(jsonNextMark, mark + 1);
  }
  return -1;
}

const yamlItems = 'items:\n- ';
const yamlItemStart = '\n- ';

/** `kubectl get -o yaml`: every line of an item but its first is indented. */
function yamlList(text: Buffer): Boundaries | undefined {
  const head = text.subarray(0, longestHead).indexOf(yamlItems);
  if (head < 0 || (head > 0 && text[head - 1] !== lineFeed)) return undefined;
  const starts: number[] = [];
  let last = head + yamlItems.length - 2;
  for (;;) {
    starts.push(last);
    const next = text.indexOf(yamlItemStart, last);
    if (next < 0) break;
    last = next + 1;
  }
  return { style: 'yaml-list', starts, ends: [...starts.slice(1), endOfIndented(text, last)] };
}

/** The first line after `start` that is neither indented nor empty. */
function endOfIndented(text: Buffer, start: number): number {
  let end = text.indexOf(lineFeed, start) + 1;
  while (end > 0 && (text[end] === space || text[end] === lineFeed)) {
    end = text.indexOf(lineFeed, end) + 1;
  }
  return end > 0 ? end : text.length;
}

const documentStart = '\n---\n';

function yamlDocuments(text: Buffer): Boundaries {
  const starts = [0];
  for (let next = text.indexOf(documentStart); next >= 0; ) {
    starts.push(next + 1);
    next = text.indexOf(documentStart, next + 1);
  }
  return { style: 'yaml-documents', starts, ends: [...starts.slice(1), text.length] };
}

/** An item as an input of its own. */
export function inputOf(
  { style, source, input, start, end }: Item,
  inputs: readonly Input[],
): Input {
  const bytes = inputs[input]?.bytes.subarray(start, end) ?? new Uint8Array();
  if (style !== 'yaml-list') return { name: source, bytes };
  // The dash gives way to indentation.
  const mapping = Buffer.from(bytes);
  mapping[0] = space;
  return { name: source, bytes: mapping };
}
