/**
 * A scanner that knows where JSON values begin and end, for what JSON.parse does not tell: the
 * positions of fields, of errors, and of the values in a stream of several.
 */

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** The first offset at or after `pos` that is not white space. */
export function skipSpace(text: string, pos: number): number {
  let next = pos;
  while (isSpace(text.charCodeAt(next))) next++;
  return next;
}

/** The offset behind the string whose opening quote is at `pos`; -1 when it is not closed. */
export function skipString(text: string, pos: number): number {
  let close = text.indexOf('"', pos + 1);
  while (close >= 0) {
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === 92) backslashes++;
    if (backslashes % 2 === 0) return close + 1;
    close = text.indexOf('"', close + 1);
  }
  return -1;
}

/**
 * The offset behind the value that begins at `pos`; -1 when the text ends inside it. The value is
 * taken to be valid JSON; of an invalid one only brackets and quotes are looked at.
 */
export function skipValue(text: string, pos: number): number {
  let depth = 0;
  let next = pos;
  while (next < text.length) {
    const code = text.charCodeAt(next);
    if (code === 34) {
      next = skipString(text, next);
      if (next < 0) return -1;
    } else {
      if (code === 123 || code === 91) depth++;
      else if (code === 125 || code === 93) depth--;
      else if (depth === 0) return skipWord(text, next);
      next++;
    }
    if (depth <= 0) return next;
  }
  return -1;
}

/** A number, `true`, `false`, `null`, or whatever stands in their place. */
function skipWord(text: string, pos: number): number {
  let next = pos;
  while (next < text.length && !',:{}[]" \n\r\t'.includes(text.charAt(next))) next++;
  return Math.max(next, pos + 1);
}

/** One member of an object or element of an array, as offsets; `keyStart` is -1 for elements. */
export interface JsonEntry {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
}

/** The members or elements of the valid object or array that begins at `pos`; none for a scalar. */
export function* jsonEntries(text: string, pos: number): Generator<JsonEntry> {
  const open = text.charAt(pos);
  if (open !== '{' && open !== '[') return;
  let next = skipSpace(text, pos + 1);
  while (next < text.length && text.charAt(next) !== '}' && text.charAt(next) !== ']') {
    let keyStart = -1;
    let keyEnd = -1;
    if (open === '{') {
      keyStart = next;
      keyEnd = skipString(text, next);
      next = skipSpace(text, skipSpace(text, keyEnd) + 1);
    }
    const end = skipValue(text, next);
    yield { keyStart, keyEnd, start: next, end };
    next = skipSpace(text, end);
    if (text.charAt(next) === ',') next = skipSpace(text, next + 1);
  }
}
