import type { Source } from '../../diagnostics/source.ts';
import { isNftName } from '../../net/quote.ts';

/** The end of a statement (`;` or a line break) counts as a token; comments do not. */
export type TokenKind = 'word' | 'string' | 'sign' | 'end' | 'eof';

export interface Token {
  readonly kind: TokenKind;
  /** For a string, without its quotes; '' for `end` and `eof`. */
  readonly text: string;
  readonly start: number;
}

/** What is wrong with a text, and where. Thrown by the parser's functions, caught by parseNft. */
export class NftSyntaxError extends Error {
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

/** A reader of nft text with one token of look-ahead. */
export interface Scanner {
  /** The next token, left where it is. */
  peek(): Token;
  next(): Token;
  /** Takes the next token if it is `text`, outside quotes. */
  accept(text: string): boolean;
  /** Takes the next token, which has to be `text`. */
  expect(text: string): void;
  /** Takes the next token, which has to be one of `texts`. */
  oneOf<Text extends string>(...texts: readonly Text[]): Text;
  /** Takes a word, which is `what` for the user. */
  word(what: string): string;
  /** The name of a table, chain, set or map, as nft takes it. */
  name(what: string): string;
  /** Takes a whole number, decimal or hexadecimal. */
  number(what: string): number;
  /** Skips line breaks and `;`. */
  skipEnds(): void;
  /** The `#` comments read since this was last asked, without `#`, one a line. */
  takeComments(): readonly string[];
  /** Goes back to the offset of a token that was read. */
  seek(offset: number): void;
  /** Gives up at the next token. */
  fail(message: string): never;
}

const signs = new Set(['!=', '==', '{', '}', ',', '=', '&', '|', '^']);
const blank = /[ \t\r]*/y;
const word = /[^\s{},;=&|^!"#]+/y;
const restOfLine = /[^\n]*/y;
const restOfString = /[^"\n]*"/y;

/** @param from where in the text to begin */
export function createScanner({ text }: Source, from = 0): Scanner {
  let position = from;
  let ahead: Token | undefined;
  let comments: string[] = [];

  /** Takes what a sticky pattern matches here, perhaps nothing. */
  function take(pattern: RegExp): string {
    pattern.lastIndex = position;
    const start = position;
    if (!pattern.test(text)) return '';
    position = pattern.lastIndex;
    return text.slice(start, position);
  }

  function read(): Token {
    for (;;) {
      take(blank);
      if (text[position] !== '#') return readToken();
      position += 1;
      const comment = take(restOfLine);
      comments.push(comment.startsWith(' ') ? comment.slice(1) : comment);
    }
  }

  function readToken(): Token {
    const start = position;
    const found = take(word);
    if (found !== '') return { kind: 'word', text: found, start };
    const character = text[start];
    if (character === undefined) return { kind: 'eof', text: '', start };
    if (character === '\n' || character === ';') {
      position += 1;
      return { kind: 'end', text: '', start };
    }
    if (character === '"') {
      position += 1;
      const string = take(restOfString);
      if (string !== '') return { kind: 'string', text: string.slice(0, -1), start };
    }
    for (const sign of [text.slice(start, start + 2), character]) {
      if (!signs.has(sign)) continue;
      position = start + sign.length;
      return { kind: 'sign', text: sign, start };
    }
    throw new NftSyntaxError(`unexpected ${JSON.stringify(character)}`, start, start + 1);
  }

  const scanner: Scanner = {
    peek() {
      ahead ??= read();
      return ahead;
    },
    next() {
      const token = scanner.peek();
      ahead = undefined;
      return token;
    },
    accept(wanted) {
      const token = scanner.peek();
      if (token.text !== wanted || (token.kind !== 'word' && token.kind !== 'sign')) return false;
      ahead = undefined;
      return true;
    },
    expect(wanted) {
      if (!scanner.accept(wanted)) scanner.fail(`expected "${wanted}"`);
    },
    oneOf(...texts) {
      const found = texts.find((text) => text === scanner.peek().text);
      if (found === undefined) return scanner.fail(`expected ${texts.join(' or ')}`);
      scanner.next();
      return found;
    },
    word(what) {
      if (scanner.peek().kind !== 'word') scanner.fail(`expected ${what}`);
      return scanner.next().text;
    },
    name(what) {
      const token = scanner.peek();
      if (token.kind !== 'word' || !isNftName(token.text)) scanner.fail(`expected ${what}`);
      return scanner.next().text;
    },
    number(what) {
      const token = scanner.peek();
      // No number that nft prints of natc's is larger than a mark.
      if (!/^(\d{1,10}|0x[0-9a-fA-F]{1,8})$/.test(token.text)) scanner.fail(`expected ${what}`);
      return Number(scanner.next().text);
    },
    skipEnds() {
      while (scanner.peek().kind === 'end') scanner.next();
    },
    takeComments() {
      const taken = comments;
      comments = [];
      return taken;
    },
    seek(offset) {
      position = offset;
      ahead = undefined;
    },
    fail(message) {
      const { kind, text: found, start } = scanner.peek();
      const what =
        kind === 'eof' ? 'the end' : kind === 'end' ? 'the end of the line' : `"${found}"`;
      throw new NftSyntaxError(`${message}, not ${what}`, start, start + Math.max(found.length, 1));
    },
  };
  return scanner;
}
