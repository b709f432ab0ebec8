import { printable } from '../../diagnostics/printable.ts';

/*
 * What the JSON of a state file is allowed to say. Each gives the value when it has the shape, and
 * undefined when it has not: whoever could write the file must gain nothing by it.
 */

/** A whole number from 0 to 2^53 - 1; JSON has no NaN, but 1e999 is Infinity. */
export const isCount = (json: unknown): json is number =>
  typeof json === 'number' && Number.isSafeInteger(json) && json >= 0;

/** Seconds since 1970 up to the year 9999, so that it can be printed as a date. */
export const isTime = (json: unknown): json is number => isCount(json) && json <= 253_402_300_799;

/** Text without characters that act on a terminal or break a line: it may reach one, or a command. */
export const isLine = (json: unknown): json is string =>
  typeof json === 'string' && (/^[ -~]*$/.test(json) || printable(json) === json);

export const isListOf = <T>(
  json: unknown,
  isItem: (item: unknown) => item is T,
): json is readonly T[] => Array.isArray(json) && json.every(isItem);

/** A revision's digest, 32 hexadecimal digits. */
export const isDigest = (json: unknown): json is string =>
  typeof json === 'string' && /^[0-9a-f]{32}$/.test(json);
