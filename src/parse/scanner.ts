import type { Source } from '../diagnostics/source.ts';

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
  /** Takes a whole number, decimal or hexadecimal. */
  number(what: string): number;
  /** Skips line breaks and `;`. */
  skipEnds(): void;
  /** The `#` comments read since this was last asked, without `#`, one a line. */
  takeComments(): readonly string[];
  /** Gives up at the next token. */
  fail(message: string): never;
}

const tokens = /[ \t\r]*(?:(\n|;)|#([^\n]*)|"([^"\n]*)"|(!=|==|[{},=&|^])|([^\s{},;=&|^!"#]+))/y;

export function createScanner({ text }: Source): Scanner {
  let position = 0;
  let ahead: Token | undefined;
  let comments: string[] = [];

  function read(): Token {
    for (;;) {
      tokens.lastIndex = position;
      const match = tokens.exec(text);
      if (match === null) return readRest();
      position = tokens.lastIndex;
      const [, end, comment, string, sign, word] = match;
      if (comment !== undefined) {
        comments.push(comment.startsWith(' ') ? comment.slice(1) : comment);
        continue;
      }
      if (word !== undefined) return { kind: 'word', text: word, start: position - word.length };
      if (sign !== undefined) return { kind: 'sign', text: sign, start: position - sign.length };
      if (end !== undefined) return { kind: 'end', text: '', start: position - 1 };
      if (string !== undefined) {
        return { kind: 'string', text: string, start: position - string.length - 2 };
      }
    }
  }

  function readRest(): Token {
    const rest = /\S/g;
    rest.lastIndex = position;
    const at = rest.exec(text)?.index;
    if (at === undefined) return { kind: 'eof', text: '', start: text.length };
    throw new NftSyntaxError(`unexpected ${JSON.stringify(text[at])}`, at, at + 1);
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
    number(what) {
      const token = scanner.peek();
      if (!/^(\d+|0x[0-9a-fA-F]+)$/.test(token.text)) scanner.fail(`expected ${what}`);
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
    fail(message) {
      const { kind, text: found, start } = scanner.peek();
      const what =
        kind === 'eof' ? 'the end' : kind === 'end' ? 'the end of the line' : `"${found}"`;
      throw new NftSyntaxError(`${message}, not ${what}`, start, start + Math.max(found.length, 1));
    },
  };
  return scanner;
}
