import { readQuoted } from './block-scalar.ts';
import type { Cursor } from './cursor.ts';
import { character, giveUp, indicatorReason, isBlank } from './cursor.ts';
import { goKey, goScalar } from './go-scalar.ts';

/**
 * The flow style part of the fast reader: `{...}` and `[...]` as in `command: ["sh", "-c"]` and as
 * KYAML writes whole documents, with comments and trailing commas. It gives up where the block reader
 * does, and on entries without a value, single pairs in lists and plain scalars over several lines.
 */

/** Deeper documents go to the full reader, which reports them. */
export const deepestNesting = 60;
/** YAML allows no longer keys than 1024 characters. */
export const longestKey = 1000;

/** Called with the offsets of each element of the sequence that is the value of a top-level `items`. */
export type OnItem = (start: number, end: number) => void;

/**
 * Reads the collection whose opening bracket is at the cursor and moves behind its closing one. Its
 * further lines are indented deeper than `parentIndent`, but for a line that begins with its closing
 * bracket: that one may begin at the column `closing`, right below the key of a mapping's value.
 */
export function readFlow(
  cursor: Cursor,
  parentIndent: number,
  closing: number,
  depth: number,
  onItem?: OnItem,
): unknown {
  if (depth > deepestNesting) giveUp('deep nesting', cursor.pos);
  return cursor.text.charCodeAt(cursor.pos) === character.openBrace
    ? readFlowMapping(cursor, parentIndent, closing, depth, onItem)
    : readFlowSequence(cursor, parentIndent, closing, depth, undefined);
}

function readFlowMapping(
  cursor: Cursor,
  parentIndent: number,
  closing: number,
  depth: number,
  onItem: OnItem | undefined,
): Record<string, unknown> {
  const { text } = cursor;
  const mapping: Record<string, unknown> = {};
  cursor.pos++;
  for (;;) {
    toToken(cursor, parentIndent, closing);
    if (text.charCodeAt(cursor.pos) === character.closeBrace) break;
    const keyStart = cursor.pos;
    const key = readFlowKey(cursor, parentIndent);
    refuseRepeated(mapping, key, keyStart);
    toToken(cursor, parentIndent, closing);
    mapping[key] =
      key === 'items' && onItem && text.charCodeAt(cursor.pos) === character.openBracket
        ? readFlowSequence(cursor, parentIndent, parentIndent + 1, depth + 1, onItem)
        : readFlowValue(cursor, parentIndent, depth);
    if (!toNextEntry(cursor, parentIndent, closing, character.closeBrace)) break;
  }
  cursor.pos++;
  return mapping;
}

/** Gives up on a key that the mapping already has. */
export function refuseRepeated(
  mapping: Readonly<Record<string, unknown>>,
  key: string,
  offset: number,
): void {
  if (mapping[key] === undefined) return;
  if (key === '__proto__') giveUp('the key __proto__', offset);
  if (Object.hasOwn(mapping, key)) giveUp('a duplicate key', offset);
}

function readFlowSequence(
  cursor: Cursor,
  parentIndent: number,
  closing: number,
  depth: number,
  onItem: OnItem | undefined,
): unknown[] {
  const { text } = cursor;
  const values: unknown[] = [];
  cursor.pos++;
  for (;;) {
    toToken(cursor, parentIndent, closing);
    if (text.charCodeAt(cursor.pos) === character.closeBracket) break;
    const start = cursor.pos;
    values.push(readFlowValue(cursor, parentIndent, depth));
    onItem?.(start, cursor.pos);
    if (!toNextEntry(cursor, parentIndent, closing, character.closeBracket)) break;
  }
  cursor.pos++;
  return values;
}

/** Moves over a comma; false at the closing bracket. */
function toNextEntry(
  cursor: Cursor,
  parentIndent: number,
  closing: number,
  close: number,
): boolean {
  toToken(cursor, parentIndent, closing);
  const code = cursor.text.charCodeAt(cursor.pos);
  if (code === close) return false;
  if (code !== character.comma) giveUp('flow style', cursor.pos);
  cursor.pos++;
  return true;
}

/** Moves over blanks, line breaks and comments. */
function toToken(cursor: Cursor, parentIndent: number, closing: number): void {
  const { text, end } = cursor;
  let { pos } = cursor;
  let lineStart = -1;
  while (pos < end) {
    const code = text.charCodeAt(pos);
    if (code === character.lineFeed) lineStart = pos + 1;
    else if (code === character.hash && isBlank(text.charCodeAt(pos - 1))) {
      const lineFeed = text.indexOf('\n', pos);
      pos = lineFeed < 0 ? end : lineFeed;
      continue;
    } else if (code !== character.space && code !== character.carriageReturn) {
      const isClosing = code === character.closeBrace || code === character.closeBracket;
      const least = isClosing ? closing : parentIndent + 1;
      if (lineStart >= 0 && pos - lineStart < least) giveUp('flow style', pos);
      cursor.pos = pos;
      return;
    }
    pos++;
  }
  giveUp('an unclosed bracket', cursor.pos);
}

function readFlowValue(cursor: Cursor, parentIndent: number, depth: number): unknown {
  const { text } = cursor;
  const code = text.charCodeAt(cursor.pos);
  if (code === character.openBrace || code === character.openBracket) {
    return readFlow(cursor, parentIndent, parentIndent + 1, depth + 1);
  }
  if (code === character.doubleQuote || code === character.singleQuote) {
    return readQuoted(cursor, parentIndent);
  }
  const start = cursor.pos;
  cursor.pos = endOfFlowPlain(text, start);
  const scalar = text.slice(start, cursor.pos);
  if (scalar === '') giveUp(indicatorReason(text, start), start);
  return goScalar(scalar);
}

function readFlowKey(cursor: Cursor, parentIndent: number): string {
  const { text, pos: start } = cursor;
  const first = text.charCodeAt(start);
  const isQuoted = first === character.doubleQuote || first === character.singleQuote;
  let key: string | undefined;
  if (isQuoted) {
    const lineEnd = text.indexOf('\n', start);
    key = readQuoted(cursor, parentIndent);
    if (lineEnd >= 0 && cursor.pos > lineEnd) giveUp('a key over several lines', start);
  } else {
    cursor.pos = endOfFlowPlain(text, start);
    const plain = text.slice(start, cursor.pos);
    key = plain === '' || plain === '<<' ? undefined : goKey(plain);
  }
  if (key === undefined || cursor.pos - start > longestKey) giveUp('flow style', start);
  const colon = cursor.pos;
  const next = text.charCodeAt(colon + 1);
  if (text.charCodeAt(colon) !== character.colon || !(isBlank(next) || isQuoted)) {
    giveUp('flow style', colon);
  }
  cursor.pos = colon + 1;
  return key;
}

/** Where the plain scalar that begins at `start` ends; `start` when none does. */
function endOfFlowPlain(text: string, start: number): number {
  const first = text.charAt(start);
  if ('!"#%&\'*,:>?@[]`{}|'.includes(first)) return start;
  if (first === '-' && !/[\w.]/.test(text.charAt(start + 1))) giveUp('flow style', start);
  let end = start;
  for (let pos = start; ; pos++) {
    const code = text.charCodeAt(pos);
    switch (code) {
      case character.space:
        continue;
      case character.comma:
      case character.closeBrace:
      case character.closeBracket:
        return end;
      case character.openBrace:
      case character.openBracket:
      case character.tab:
        return giveUp('flow style', pos);
      case character.lineFeed:
      case character.carriageReturn:
        return end;
      case character.hash:
        if (end < pos) return end;
        break;
      case character.question:
        if (isBlank(text.charCodeAt(pos + 1))) giveUp('flow style', pos);
        break;
      case character.colon: {
        const next = text.charAt(pos + 1);
        if (isBlank(text.charCodeAt(pos + 1))) return end === pos ? end : giveUp('flow style', pos);
        if (',[]{}'.includes(next)) giveUp('flow style', pos);
        break;
      }
      default:
        if (Number.isNaN(code)) giveUp('an unclosed bracket', start);
    }
    end = pos + 1;
  }
}
