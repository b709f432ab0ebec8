import { createScanner, NftSyntaxError, type Token } from './scanner.ts';

/**
 * Reads the elements of one set or map as nft lists it, whoever declared it: `10.0.0.1 . tcp . 80` has three
 * fields. What is not read as nft's is the end of it.
 *
 * @returns the fields of each key, in order
 */
export function listedKeys(listing: string): readonly (readonly string[])[] {
  const keys: string[][] = [];
  let key: string[] | undefined;
  for (const token of tokensAfter(listing, 'elements')) {
    if (token.text === '}') break;
    if (token.text === '{' || token.text === ',') {
      key = [];
      keys.push(key);
    } else if (
      token.kind === 'word' &&
      ['comment', 'counter', 'timeout', 'expires', ':'].includes(token.text)
    )
      key = undefined;
    else if (token.kind === 'word' && token.text !== '.') key?.push(token.text);
  }
  return keys.filter(({ length }) => length > 0);
}

/** The addresses that rules of one chain compare destinations with, as nft lists it; networks are none. */
export function listedDestinations(listing: string): readonly string[] {
  const found: string[] = [];
  let before = '';
  for (const { kind, text } of tokensAfter(listing, 'chain')) {
    if (before === 'daddr' && kind === 'word' && !text.includes('/')) found.push(text);
    before = text;
  }
  return found;
}

function* tokensAfter(listing: string, word: string): Generator<Token> {
  const scanner = createScanner({ name: 'nft', text: listing });
  let isAfter = false;
  try {
    for (let token = scanner.next(); token.kind !== 'eof'; token = scanner.next()) {
      if (isAfter) yield token;
      isAfter ||= token.kind === 'word' && token.text === word;
    }
  } catch (error) {
    if (!(error instanceof NftSyntaxError)) throw error;
  }
}
