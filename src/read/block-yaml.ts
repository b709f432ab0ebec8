import { readLiteral, readPlain, readQuoted } from './block-scalar.ts';
import type { Cursor } from './cursor.ts';
import {
  afterValue,
  character,
  giveUp,
  indicatorReason,
  isBlank,
  OutsideSubset,
  toContent,
} from './cursor.ts';
import { deepestNesting, longestKey, readFlow, refuseRepeated } from './flow-yaml.ts';
import { goKey, goScalar } from './go-scalar.ts';

/**
 * A reader for the plain block style that kubectl prints, some 20 times faster than a full YAML
 * parser. It knows block and flow mappings and sequences, plain, quoted and literal scalars and
 * comments. On anything else (tabs, anchors, tags, directives, folded blocks, ...), on every error and wherever it is in doubt it gives up, and the full reader decides.
 */

type Mapping = Record<string, unknown>;

/** A List's items: offsets where each starts and ends, alternating. */
export type ItemOffsets = readonly number[];

export type BlockResult =
  | { readonly kind: 'document'; readonly value: unknown; readonly items: ItemOffsets }
  /** Nothing but blanks and comments. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'outside'; readonly reason: string; readonly offset: number };

/**
 * Reads one item of a List that the block reader could not. `column` is the column of the item's
 * first character. Undefined when the whole document has to be read by other means.
 */
export type ItemReader = (start: number, end: number, column: number) => unknown;

/** Characters that mean something else than a plain scalar at a value's start. */
const indicators: readonly number[] = [
  character.exclamation,
  character.doubleQuote,
  character.hash,
  character.percent,
  character.ampersand,
  character.singleQuote,
  character.asterisk,
  character.comma,
  character.dash,
  character.colon,
  character.greater,
  character.question,
  character.at,
  character.openBracket,
  character.closeBracket,
  character.backtick,
  character.openBrace,
  character.bar,
  character.closeBrace,
];

/** By character code: a table is asked in a third of the time of a set, some million times. */
const isIndicator: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  indicators.includes(code),
);

/**
 * Reads the document in `text` from `start` (its `---` line, where it has one) to `end`. The items
 * of a top-level `items` sequence that are outside the subset are handed to `readItem`.
 */
export function readBlockDocument(
  text: string,
  start: number,
  end: number,
  readItem: ItemReader,
): BlockResult {
  const cursor: Cursor = {
    text,
    end,
    pos: start,
    lineStart: start,
    indent: 0,
    blankLines: 0,
    afterComment: false,
    lastKey: '',
    keyAfter: new Map(),
  };
  const items: number[] = [];
  try {
    if (text.startsWith('---', start)) afterValue(cursor, start + 3);
    else toContent(cursor);
    if (cursor.indent < 0) return { kind: 'empty' };
    const value = isFlow(text, cursor.pos)
      ? readFlowRoot(cursor, items)
      : readRoot(cursor, items, readItem);
    if (cursor.indent >= 0) giveUp('text outside the mapping', cursor.pos);
    return { kind: 'document', value, items };
  } catch (error) {
    if (!(error instanceof OutsideSubset)) throw error;
    return { kind: 'outside', reason: error.message, offset: error.offset };
  }
}

const isFlow = (text: string, pos: number): boolean => text.charCodeAt(pos) === character.openBrace;

function readFlowRoot(cursor: Cursor, items: number[]): unknown {
  const value = readFlow(cursor, -1, 0, 1, (start, end) => items.push(start, end));
  afterValue(cursor, cursor.pos);
  return value;
}

function readRoot(cursor: Cursor, items: number[], readItem: ItemReader): Mapping {
  const { indent } = cursor;
  const mapping: Mapping = {};
  do {
    const keyStart = cursor.pos;
    const key = readKey(cursor, indent) ?? giveUp('a document that is no mapping', keyStart);
    refuseRepeated(mapping, key, keyStart);
    mapping[key] =
      key === 'items'
        ? readItems(cursor, indent, items, readItem)
        : readMappingValue(cursor, indent, 1);
  } while (cursor.indent === indent);
  return mapping;
}

function readItems(
  cursor: Cursor,
  parentIndent: number,
  items: number[],
  readItem: ItemReader,
): unknown {
  const { text, end } = cursor;
  if (!toNextLine(cursor)) return readMappingValue(cursor, parentIndent, 1);
  if (!isEntry(cursor) || cursor.indent < parentIndent) {
    return cursor.indent > parentIndent ? readNode(cursor, parentIndent, 2) : null;
  }
  const { indent } = cursor;
  const values: unknown[] = [];
  while (cursor.indent === indent && isEntry(cursor)) {
    const { lineStart } = cursor;
    toEntryValue(cursor, indent);
    const start = cursor.indent > indent ? cursor.pos : lineStart + indent;
    const column = start - cursor.lineStart;
    try {
      values.push(readEntryValue(cursor, indent, 2));
    } catch (error) {
      if (!(error instanceof OutsideSubset)) throw error;
      const itemEnd = endOfItem(text, start, indent, end);
      const value = readItem(start, itemEnd, column);
      if (value === undefined) throw error;
      values.push(value);
      cursor.pos = itemEnd;
      toContent(cursor);
    }
    items.push(start, cursor.lineStart);
  }
  return values;
}

/**
 * The end of the block sequence entry that begins at `start`: the next line that is indented no
 * deeper than the sequence, be it a comment. Where such a comment stands inside the entry, the rest
 * of the entry will not fit, and the document is left to the full reader.
 */
function endOfItem(text: string, start: number, indent: number, end: number): number {
  let pos = start;
  for (;;) {
    const lineFeed = text.indexOf('\n', pos);
    if (lineFeed < 0 || lineFeed + 1 >= end) return end;
    const lineStart = lineFeed + 1;
    pos = lineStart;
    while (text.charCodeAt(pos) === character.space) pos++;
    const code = text.charCodeAt(pos);
    const isEmpty = code === character.lineFeed || code === character.carriageReturn;
    if (pos - lineStart <= indent && !isEmpty) return lineStart;
  }
}

function readNode(cursor: Cursor, parentIndent: number, depth: number): unknown {
  if (depth > deepestNesting) giveUp('deep nesting', cursor.pos);
  if (isEntry(cursor)) return readSequence(cursor, cursor.indent, depth);
  const { pos } = cursor;
  const key = readKey(cursor, parentIndent);
  if (key !== undefined) return readMapping(cursor, key, pos, depth);
  return readScalar(cursor, parentIndent, parentIndent + 1, depth);
}

function readMapping(cursor: Cursor, firstKey: string, firstStart: number, depth: number): Mapping {
  const { indent } = cursor;
  const mapping: Mapping = {};
  let key: string = firstKey;
  let keyStart = firstStart;
  for (;;) {
    refuseRepeated(mapping, key, keyStart);
    mapping[key] = readMappingValue(cursor, indent, depth);
    if (cursor.indent !== indent) break;
    keyStart = cursor.pos;
    key = readKey(cursor, indent) ?? giveUp('a line that is no key', keyStart);
  }
  if (cursor.indent > indent) giveUp('uneven indentation', cursor.pos);
  return mapping;
}

function readSequence(cursor: Cursor, indent: number, depth: number): unknown[] {
  const values: unknown[] = [];
  while (cursor.indent === indent && isEntry(cursor)) {
    toEntryValue(cursor, indent);
    values.push(readEntryValue(cursor, indent, depth + 1));
  }
  if (cursor.indent > indent) giveUp('uneven indentation', cursor.pos);
  return values;
}

/** The cursor is at the `-` of a sequence entry. */
function isEntry(cursor: Cursor): boolean {
  return (
    cursor.indent >= 0 &&
    cursor.text.charCodeAt(cursor.pos) === character.dash &&
    isBlank(cursor.text.charCodeAt(cursor.pos + 1))
  );
}

/** Moves from a `-` to the entry's content, on the same line or a later one. */
function toEntryValue(cursor: Cursor, indent: number): void {
  cursor.pos++;
  if (toNextLine(cursor)) return;
  skipSpaces(cursor);
  cursor.indent = cursor.pos - cursor.lineStart;
  if (cursor.indent <= indent) giveUp('an entry', cursor.pos);
}

function readEntryValue(cursor: Cursor, indent: number, depth: number): unknown {
  return cursor.indent > indent ? readNode(cursor, indent, depth) : null;
}

function skipSpaces(cursor: Cursor): void {
  while (cursor.text.charCodeAt(cursor.pos) === character.space) cursor.pos++;
}

/** When nothing but blanks and a comment is left on the line: moves to the next content. */
function toNextLine(cursor: Cursor): boolean {
  const { text } = cursor;
  let pos = cursor.pos;
  let code = text.charCodeAt(pos);
  while (code === character.space) code = text.charCodeAt(++pos);
  const isEnd =
    code === character.lineFeed ||
    code === character.carriageReturn ||
    code === character.hash ||
    Number.isNaN(code);
  if (isEnd) afterValue(cursor, cursor.pos);
  return isEnd;
}

/** Reads what follows the `:` of a key in a mapping at column `indent`. */
function readMappingValue(cursor: Cursor, indent: number, depth: number): unknown {
  if (!toNextLine(cursor)) {
    skipSpaces(cursor);
    if (isEntry(cursor)) giveUp('a sequence on its key’s line', cursor.pos);
    return readScalar(cursor, indent, indent, depth);
  }
  if (cursor.indent > indent) return readNode(cursor, indent, depth + 1);
  if (cursor.indent === indent && isEntry(cursor)) return readSequence(cursor, indent, depth + 1);
  return null;
}

/** Reads a scalar or a collection in flow style; `closing` is the least column of its last bracket. */
function readScalar(cursor: Cursor, parentIndent: number, closing: number, depth: number): unknown {
  const { text, pos } = cursor;
  const code = text.charCodeAt(pos);
  if (isIndicator[code] !== true) return goScalar(readPlain(cursor, parentIndent));
  switch (code) {
    case character.doubleQuote:
    case character.singleQuote: {
      const scalar = readQuoted(cursor, parentIndent);
      afterValue(cursor, cursor.pos);
      if (cursor.indent > parentIndent) giveUp('text after a value', cursor.pos);
      return scalar;
    }
    case character.bar:
      return readLiteral(cursor, parentIndent);
    case character.openBrace:
    case character.openBracket: {
      const collection = readFlow(cursor, parentIndent, closing, depth);
      afterValue(cursor, cursor.pos);
      if (cursor.indent > parentIndent) giveUp('text after a value', cursor.pos);
      return collection;
    }
    case character.dash:
      // A negative number or a word such as `-foo`; `- foo` is no scalar.
      if (!isBlank(text.charCodeAt(pos + 1))) return goScalar(readPlain(cursor, parentIndent));
      return giveUp('a dash', pos);
    default:
      return giveUp(indicatorReason(text, pos), pos);
  }
}

/**
 * Reads a mapping key and moves behind its colon. Undefined, with the cursor unmoved, when the line
 * holds no key.
 */
function readKey(cursor: Cursor, parentIndent: number): string | undefined {
  const { text, pos: start } = cursor;
  const expected = readExpectedKey(cursor);
  if (expected !== undefined) return expected;
  const first = text.charCodeAt(start);
  if (first === character.doubleQuote || first === character.singleQuote)
    return readQuotedKey(cursor, parentIndent);
  if (isIndicator[first] === true) return undefined;
  if (text.startsWith('<<', start)) giveUp('a merge key', start);
  let pos = start;
  for (;;) {
    const code = text.charCodeAt(pos);
    if (code === character.colon) {
      if (isBlank(text.charCodeAt(pos + 1))) break;
    } else if (code === character.lineFeed || Number.isNaN(code)) {
      return undefined;
    } else if (code === character.tab) {
      giveUp('a tab', pos);
    } else if (code === character.hash && text.charCodeAt(pos - 1) === character.space) {
      return undefined;
    }
    pos++;
  }
  if (pos - start > longestKey) giveUp('a long key', start);
  cursor.pos = pos + 1;
  let end = pos;
  while (text.charCodeAt(end - 1) === character.space) end--;
  const key = goKey(text.slice(start, end)) ?? giveUp('a null key', start);
  if (end === pos && text.startsWith(key, start)) {
    cursor.keyAfter.set(cursor.lastKey, key);
    cursor.lastKey = key;
  }
  return key;
}

/**
 * Reads the key that came after the last one before, which in output of kubectl it nearly always does
 * again: comparing it with the text is much cheaper than making a new string of the text.
 */
function readExpectedKey(cursor: Cursor): string | undefined {
  const { text, pos, lastKey, keyAfter } = cursor;
  const key = keyAfter.get(lastKey);
  if (key === undefined || !text.startsWith(key, pos)) return undefined;
  const end = pos + key.length;
  if (text.charCodeAt(end) !== character.colon || !isBlank(text.charCodeAt(end + 1)))
    return undefined;
  cursor.pos = end + 1;
  cursor.lastKey = key;
  return key;
}

function readQuotedKey(cursor: Cursor, parentIndent: number): string | undefined {
  const { text, pos: start } = cursor;
  const lineEnd = text.indexOf('\n', start);
  const key = readQuoted(cursor, parentIndent);
  skipSpaces(cursor);
  const isKey =
    text.charCodeAt(cursor.pos) === character.colon && isBlank(text.charCodeAt(cursor.pos + 1));
  if (!isKey || (lineEnd >= 0 && cursor.pos > lineEnd) || cursor.pos - start > longestKey) {
    cursor.pos = start;
    return undefined;
  }
  cursor.pos++;
  return key;
}
