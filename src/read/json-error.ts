import { skipSpace, skipString } from './json-scan.ts';
import { quoteText } from './span-error.ts';

/** What is wrong in a text that JSON.parse refuses, with offsets. */
export interface JsonError {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** The text is valid as far as it goes, but ends too early. */
  readonly isTruncated: boolean;
  /** Where the innermost open bracket or quote stands; -1 when none is open. */
  readonly opened: number;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or }' | ', or ]' | 'end';

const word = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null/y;
const token = /[^\s,:{}[\]"]+|./y;
const badEscape = /\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/;

/** Finds the first error of the JSON value that begins at `start`; undefined when there is none. */
export function findJsonError(text: string, start: number, end: number): JsonError | undefined {
  const open: number[] = [];
  let expected: Expected = 'value';
  let pos = skipSpace(text, start);
  const fail = (message: string, to: number): JsonError => ({
    message,
    start: pos,
    end: to,
    isTruncated: false,
    opened: open.at(-1) ?? -1,
  });
  const truncated = (at: number): JsonError => ({
    message: 'the JSON ends in the middle',
    start: at,
    end: at,
    isTruncated: true,
    opened: open.at(-1) ?? -1,
  });
  const afterValue = (): Expected => {
    const opened = open.at(-1);
    if (opened === undefined) return 'end';
    return text.charAt(opened) === '{' ? ', or }' : ', or ]';
  };
  while (expected !== 'end') {
    if (pos >= end) return truncated(end);
    const char = text.charAt(pos);
    const takesValue: boolean = expected === 'value' || expected === 'value or ]';
    if (char === '"' && (takesValue || expected.startsWith('key'))) {
      const after = skipString(text, pos);
      if (after < 0 || after > end) {
        open.push(pos);
        return truncated(end);
      }
      const problem = stringProblem(text.slice(pos, after));
      if (problem !== undefined) return fail(problem, after);
      expected = takesValue ? afterValue() : ':';
      pos = after;
    } else if (takesValue && (char === '{' || char === '[')) {
      open.push(pos++);
      expected = char === '{' ? 'key or }' : 'value or ]';
    } else if ((char === '}' || char === ']') && expected.endsWith(char)) {
      open.pop();
      expected = afterValue();
      pos++;
    } else if (char === ',' && expected.startsWith(',')) {
      expected = expected === ', or }' ? 'key' : 'value';
      pos++;
    } else if (char === ':' && expected === ':') {
      expected = 'value';
      pos++;
    } else {
      word.lastIndex = pos;
      if (takesValue && word.test(text)) {
        pos = word.lastIndex;
        expected = afterValue();
      } else {
        const found = text.slice(pos, endOfToken(text, pos));
        const isCutOff =
          pos + found.length >= end && /^(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-)$/.test(found);
        if (takesValue && isCutOff) return truncated(end);
        return fail(unexpected(expected, found), pos + found.length);
      }
    }
    pos = skipSpace(text, pos);
  }
  return undefined;
}

function endOfToken(text: string, pos: number): number {
  if (text.charAt(pos) === '"') {
    const end = skipString(text, pos);
    if (end > 0) return end;
  }
  token.lastIndex = pos;
  token.test(text);
  return token.lastIndex;
}

function unexpected(expected: Expected, found: string): string {
  const isTrailingComma =
    (expected === 'key' && found === '}') || (expected === 'value' && found === ']');
  if (isTrailingComma) return `a comma before \`${found}\``;
  return `expected ${describe(expected)}, got \`${quoteText(found)}\``;
}

function describe(expected: Expected): string {
  switch (expected) {
    case 'value':
      return 'a value';
    case 'value or ]':
      return 'a value or `]`';
    case 'key':
      return 'a key in double quotes';
    case 'key or }':
      return 'a key in double quotes or `}`';
    case ':':
      return '`:` after the key';
    case ', or }':
      return '`,` or `}`';
    case ', or ]':
      return '`,` or `]`';
    case 'end':
      return 'the end';
  }
}

function stringProblem(literal: string): string | undefined {
  for (let index = 1; index < literal.length - 1; index++) {
    if (literal.charCodeAt(index) < 32) return 'a string with a line break or control character';
  }
  return badEscape.test(literal.replaceAll('\\\\', ''))
    ? 'a string with an unknown escape'
    : undefined;
}
