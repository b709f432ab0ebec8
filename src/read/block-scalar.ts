import type { Cursor } from './cursor.ts';
import { afterValue, character, endOfLine, giveUp, isBlank, toContent } from './cursor.ts';

/**
 * Readers of scalars for the block reader. Each starts at the scalar's first character and leaves
 * the cursor at the content after it. A scalar's further lines are indented deeper than
 * `parentIndent`, the column of the mapping or sequence it is in.
 */

/** The end of a plain scalar's text on its line, without trailing spaces; what no plain scalar holds gives up. */
function endOfPlainLine(text: string, start: number): number {
  let end = start;
  for (let pos = start; ; pos++) {
    const code = text.charCodeAt(pos);
    if (code > character.colon) {
      end = pos + 1;
      continue;
    }
    if (code === character.space) continue;
    if (code === character.lineFeed || Number.isNaN(code)) return end;
    if (code === character.carriageReturn && text.charCodeAt(pos + 1) === character.lineFeed) {
      return end;
    }
    if (code === character.tab) giveUp('a tab', pos);
    if (code === character.hash && end < pos) return end;
    if (code === character.colon && isBlank(text.charCodeAt(pos + 1))) {
      giveUp('a mapping inside a plain value', pos);
    }
    end = pos + 1;
  }
}

/** Reads a plain scalar: its text with line breaks folded, not yet resolved to a value. */
export function readPlain(cursor: Cursor, parentIndent: number): string {
  const { text } = cursor;
  const start = cursor.pos;
  const end = endOfPlainLine(text, start);
  let scalar = text.slice(start, end);
  let lineEnd = end;
  for (;;) {
    afterValue(cursor, lineEnd);
    if (cursor.indent <= parentIndent) return scalar;
    if (cursor.afterComment || text.charCodeAt(endOfSpaces(text, lineEnd)) === character.hash) {
      giveUp('a comment inside a value', cursor.pos);
    }
    const { pos, blankLines } = cursor;
    lineEnd = endOfPlainLine(text, pos);
    scalar += (blankLines > 0 ? '\n'.repeat(blankLines) : ' ') + text.slice(pos, lineEnd);
  }
}

function endOfSpaces(text: string, pos: number): number {
  let end = pos;
  while (text.charCodeAt(end) === character.space) end++;
  return end;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);

const escapeSequence = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^xuU]))/y;

/** Resolves the escapes of a stretch of a double-quoted scalar without line breaks. */
function resolveEscapes(text: string, offset: number): string {
  let result = '';
  let pos = 0;
  for (;;) {
    const backslash = text.indexOf('\\', pos);
    if (backslash < 0) return result + text.slice(pos);
    result += text.slice(pos, backslash);
    escapeSequence.lastIndex = backslash;
    const match = escapeSequence.exec(text);
    const [, byte, unit, point, letter] = match ?? [];
    const code = Number.parseInt(byte ?? unit ?? point ?? '', 16);
    const resolved = letter === undefined ? codePoint(code) : escapes.get(letter);
    if (resolved === undefined) giveUp('an unknown escape', offset + backslash);
    result += resolved;
    pos = escapeSequence.lastIndex;
  }
}

function codePoint(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** The offset of the quote that closes a quoted scalar. */
function closingQuote(text: string, start: number, quote: string): number {
  let pos = start;
  for (;;) {
    const close = text.indexOf(quote, pos);
    if (close < 0) giveUp('an unclosed quote', start - 1);
    if (quote === "'") {
      if (text.charCodeAt(close + 1) !== character.singleQuote) return close;
      pos = close + 2;
    } else {
      let backslashes = 0;
      while (text.charCodeAt(close - 1 - backslashes) === character.backslash) backslashes++;
      if (backslashes % 2 === 0) return close;
      pos = close + 1;
    }
  }
}

/**
 * Reads a quoted scalar that starts at the cursor and moves to the character after its closing
 * quote, on the same line.
 */
export function readQuoted(cursor: Cursor, parentIndent: number): string {
  const { text } = cursor;
  const start = cursor.pos + 1;
  const isDouble = text.charCodeAt(cursor.pos) === character.doubleQuote;
  const close = closingQuote(text, start, isDouble ? '"' : "'");
  if (close >= cursor.end) giveUp('an unclosed quote', cursor.pos);
  cursor.pos = close + 1;
  const raw = text.slice(start, close);
  const resolve = (line: string, offset: number) =>
    isDouble ? resolveEscapes(line, offset) : line.replaceAll("''", "'");
  if (!raw.includes('\n')) return resolve(raw, start);
  if (raw.includes('\t')) giveUp('a tab', start + raw.indexOf('\t'));
  return foldQuoted(raw, start, parentIndent, isDouble, resolve);
}

function foldQuoted(
  raw: string,
  start: number,
  parentIndent: number,
  isDouble: boolean,
  resolve: (line: string, offset: number) => string,
): string {
  let folded = '';
  let breaks = 0;
  let offset = start;
  let joined = false;
  const lines = raw.split('\n');
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    const from = index === 0 ? 0 : endOfSpaces(line, 0);
    let to = isLast ? line.length : line.endsWith('\r') ? line.length - 1 : line.length;
    if (!isLast) while (to > from && line.charCodeAt(to - 1) === character.space) to--;
    const isEmpty = from >= to;
    if (index > 0 && from <= parentIndent && !(isEmpty && !isLast)) {
      giveUp('a value that is not indented', offset);
    }
    let content = line.slice(from, to);
    const isEscapedBreak = isDouble && !isLast && /(?:^|[^\\])(?:\\\\)*\\$/.test(content);
    // `\` before trailing spaces escapes a space, not the line break.
    if (isEscapedBreak && to < line.length && line.charCodeAt(to) === character.space) {
      giveUp('an escaped space at the end of a line', offset + to);
    }
    if (isEscapedBreak) content = content.slice(0, -1);
    if (isEmpty && index > 0 && !isLast) {
      if (joined) giveUp('a blank line after an escaped line break', offset);
      breaks++;
    } else {
      if (index > 0 && !joined) folded += breaks > 0 ? '\n'.repeat(breaks) : ' ';
      breaks = 0;
      folded += resolve(content, offset + from);
      joined = isEscapedBreak;
    }
    offset += line.length + 1;
  }
  return folded;
}

/** Reads a literal block scalar (`|`, `|-`, `|+`) that starts at the cursor. */
export function readLiteral(cursor: Cursor, parentIndent: number): string {
  const { text, end } = cursor;
  const headerEnd = endOfLine(text, cursor.pos);
  const header = text.slice(cursor.pos + 1, headerEnd).replace(/ +$/, '');
  if (header !== '' && header !== '-' && header !== '+') giveUp('a block header', cursor.pos);
  let pos = text.indexOf('\n', headerEnd) + 1;
  if (pos === 0) giveUp('an empty block', cursor.pos);
  const lines: string[] = [];
  let indent = -1;
  let widestBlank = 0;
  while (pos < end) {
    const lineFeed = text.indexOf('\n', pos);
    if (lineFeed < 0) giveUp('a block without a final line break', pos);
    const lineEnd = endOfLine(text, pos);
    let content = pos;
    while (text.charCodeAt(content) === character.space) content++;
    const column = content - pos;
    if (content >= lineEnd) {
      if (indent < 0) widestBlank = Math.max(widestBlank, column);
      lines.push(indent >= 0 && column > indent ? text.slice(pos + indent, lineEnd) : '');
    } else {
      if (indent < 0) {
        if (column <= parentIndent) break;
        if (widestBlank > column) giveUp('a blank line deeper than its block', pos);
        if (text.charCodeAt(content) === character.tab) giveUp('a tab', content);
        indent = column;
      }
      if (column < indent) break;
      lines.push(text.slice(pos + indent, lineEnd));
    }
    pos = lineFeed + 1;
  }
  cursor.pos = pos;
  toContent(cursor);
  if (cursor.indent > parentIndent) giveUp('text after a block', cursor.pos);
  return chomp(lines, header);
}

function chomp(lines: readonly string[], header: '' | '-' | '+'): string {
  let last = lines.length;
  while (last > 0 && lines[last - 1] === '') last--;
  const body = lines.slice(0, last).join('\n');
  switch (header) {
    case '-':
      return body;
    case '':
      return last === 0 ? '' : `${body}\n`;
    case '+':
      return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }
}
