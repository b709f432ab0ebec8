/**
 * Where the block reader stands in a document: always at the first character of some content, with
 * the column that content began in.
 */
export interface Cursor {
  readonly text: string;
  /** Where the document ends: the start of a line, or the end of the text. */
  readonly end: number;
  pos: number;
  /** Offset of the first character of the line that `pos` is in. */
  lineStart: number;
  /** Column of the content at `pos`, counted from 0; -1 at the end of the document. */
  indent: number;
  /** Line breaks skipped before the line that `pos` is in, comments not counted. */
  blankLines: number;
  /** The plain key that was read last, wherever it stands; '' before the first. */
  lastKey: string;
  /** What came after each key when it was seen last; only keys that read as they are written. */
  readonly keyAfter: Map<string, string>;
  /** A comment line was skipped before the line that `pos` is in. */
  afterComment: boolean;
}

/** What stopped the block reader: something that only the full YAML reader understands. */
export class OutsideSubset extends Error {
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

export function giveUp(reason: string, offset: number): never {
  throw new OutsideSubset(reason, offset);
}

const indicatorReasons: Readonly<Record<string, string>> = {
  '&': 'an anchor',
  '*': 'an alias',
  '!': 'a tag',
  '>': 'a folded block',
};

/** Names the indicator at `pos` as the reason for giving up. */
export function indicatorReason(text: string, pos: number): string {
  const indicator = text.charAt(pos);
  return indicatorReasons[indicator] ?? `the character ${indicator}`;
}

export const character = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  exclamation: 33,
  doubleQuote: 34,
  hash: 35,
  percent: 37,
  ampersand: 38,
  singleQuote: 39,
  asterisk: 42,
  comma: 44,
  dash: 45,
  colon: 58,
  greater: 62,
  question: 63,
  at: 64,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  backtick: 96,
  openBrace: 123,
  bar: 124,
  closeBrace: 125,
} as const;

/** White space or the end of the text (NaN): what may follow `-`, `:` and `---`. */
export function isBlank(code: number): boolean {
  return (
    code === character.space ||
    code === character.lineFeed ||
    code === character.carriageReturn ||
    code === character.tab ||
    Number.isNaN(code)
  );
}

/** The offset of the line break (LF or CRLF) that ends the line holding `pos`, or the text's end. */
export function endOfLine(text: string, pos: number): number {
  const lineFeed = text.indexOf('\n', pos);
  if (lineFeed < 0) return text.length;
  return lineFeed > pos && text.charCodeAt(lineFeed - 1) === character.carriageReturn
    ? lineFeed - 1
    : lineFeed;
}

/** Moves from the start of a line to the next content, over blank lines and comments. */
export function toContent(cursor: Cursor): void {
  const { text, end } = cursor;
  let pos = cursor.pos;
  cursor.blankLines = 0;
  cursor.afterComment = false;
  while (pos < end) {
    const lineStart = pos;
    let code = text.charCodeAt(pos);
    while (code === character.space) code = text.charCodeAt(++pos);
    if (code === character.carriageReturn) code = text.charCodeAt(++pos);
    if (code === character.lineFeed) {
      cursor.blankLines++;
      pos++;
    } else if (code === character.hash) {
      cursor.afterComment = true;
      pos = startOfNextLine(text, pos);
    } else if (pos < end) {
      if (code === character.tab) giveUp('a tab', pos);
      cursor.pos = pos;
      cursor.lineStart = lineStart;
      cursor.indent = pos - lineStart;
      return;
    }
  }
  cursor.pos = end;
  cursor.lineStart = end;
  cursor.indent = -1;
}

function startOfNextLine(text: string, pos: number): number {
  const lineFeed = text.indexOf('\n', pos);
  return lineFeed < 0 ? text.length : lineFeed + 1;
}

/** Moves to the next content after a value; only blanks and a comment may follow it on its line. */
export function afterValue(cursor: Cursor, pos: number): void {
  const { text } = cursor;
  let next = pos;
  let code = text.charCodeAt(next);
  while (code === character.space) code = text.charCodeAt(++next);
  if (code === character.hash && next > pos) {
    next = startOfNextLine(text, next);
  } else {
    if (code === character.carriageReturn) code = text.charCodeAt(++next);
    if (code === character.lineFeed) next++;
    else if (next < text.length) giveUp('text after a value', next);
  }
  cursor.pos = next;
  toContent(cursor);
}
