/**
 * The boundary between plain data and types: every field of an object is read through these
 * functions, which refuse what the API server could not decode. An absent field and `null` are the
 * same, as in the API.
 */

import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import type { FieldPath } from '../diagnostics/source.ts';
import { at, childFields, type Fields, label, rawField } from './fields.ts';

/** Inclusive. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export const portRange: Range = { first: 1, last: 65535 };

/** What the API server can decode at all; 64 bits only as far as JavaScript's numbers go. */
export const wholeNumbers: Readonly<Record<'int32' | 'int64', Range>> = {
  int32: { first: -(2 ** 31), last: 2 ** 31 - 1 },
  int64: { first: Number.MIN_SAFE_INTEGER, last: Number.MAX_SAFE_INTEGER },
};

export function stringField(fields: Fields, key: string): string | undefined {
  const value = rawField(fields, key);
  if (value === undefined || typeof value === 'string') return value;
  return refuseType(fields, [key], 'a string', value, quotesHint(value));
}

export function booleanField(fields: Fields, key: string): boolean | undefined {
  const value = rawField(fields, key);
  if (value === undefined || typeof value === 'boolean') return value;
  const hint = typeof value === 'string' ? 'write true or false without quotes' : undefined;
  return refuseType(fields, [key], 'true or false', value, hint);
}

/** A whole number within `range`; anything else is refused and undefined. */
export function integerField(fields: Fields, key: string, range: Range): number | undefined {
  const value = rawField(fields, key);
  if (value === undefined) return undefined;
  const isWhole = typeof value === 'number' && Number.isInteger(value);
  if (isWhole && value >= range.first && value <= range.last) return value;
  const expected = `a whole number from ${range.first} to ${range.last}`;
  if (!isWhole) {
    const hint = typeof value === 'string' && /^\d+$/.test(value) ? 'remove the quotes' : undefined;
    return refuseType(fields, [key], expected, value, hint);
  }
  fields.report.refuse(at(fields, key), {
    code: 'NATC2003',
    message: `${key} must be ${expected}, got ${value}`,
  });
  return undefined;
}

/** One of `allowed`; an empty string counts as absent, anything else is refused and undefined. */
export function oneOfField<T extends string>(
  fields: Fields,
  key: string,
  allowed: readonly T[],
): T | undefined {
  const text = stringField(fields, key);
  return text === undefined || text === '' ? undefined : oneOf(fields, [key], text, allowed);
}

/** As {@link oneOfField}, for fields in which the API tells an empty string from none: it is refused. */
export function setOneOfField<T extends string>(
  fields: Fields,
  key: string,
  allowed: readonly T[],
): T | undefined {
  const text = stringField(fields, key);
  return text === undefined ? undefined : oneOf(fields, [key], text, allowed);
}

/** `text` as one of `allowed`; refused and undefined when it is none. */
export function oneOf<T extends string>(
  fields: Fields,
  keys: FieldPath,
  text: string,
  allowed: readonly T[],
): T | undefined {
  const found = allowed.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  const suggestion = didYouMean(text, allowed);
  fields.report.refuse(at(fields, ...keys), {
    code: 'NATC2004',
    message: `${label(keys)} must be ${listWords(allowed)}, got ${quote(text)}`,
    ...(suggestion === undefined ? {} : { hint: `did you mean ${suggestion}?` }),
  });
  return undefined;
}

export function mapField(fields: Fields, key: string): Fields | undefined {
  const value = rawField(fields, key);
  if (value === undefined) return undefined;
  if (isMapping(value)) return childFields(fields, value, key);
  return refuseType(fields, [key], 'a mapping', value);
}

/**
 * A list of mappings, each read by `read`; entries for which it gives undefined are left out.
 *
 * @param limit more entries than this are refused; they are read all the same.
 * @param readPlain reads an entry of which there is nothing to report, or gives undefined: what nearly all entries
 *   of a long list are is read without a place for each of their fields
 */
export function mappingList<T>(
  fields: Fields,
  key: string,
  read: (entry: Fields, index: number) => T | undefined,
  limit?: number,
  readPlain?: (value: unknown, index: number) => T | undefined,
): readonly T[] {
  const results: T[] = [];
  listField(fields, key, limit).forEach((value, index) => {
    const plain = readPlain?.(value, index);
    if (plain !== undefined) {
      results.push(plain);
      return;
    }
    // The API server decodes null as a mapping without fields.
    const entry = value === null ? {} : value;
    if (!isMapping(entry)) {
      refuseType(fields, [key, index], 'a mapping', value);
      return;
    }
    const result = read(childFields(fields, entry, key, index), index);
    if (result !== undefined) results.push(result);
  });
  return results;
}

/** As {@link mappingList}, for a list of strings. */
export function stringList<T>(
  fields: Fields,
  key: string,
  read: (text: string, index: number) => T | undefined,
  limit?: number,
): readonly T[] {
  const values = listField(fields, key, limit);
  const [only] = values;
  if (values.length === 1 && typeof only === 'string') {
    // By far the most lists; one that grows would take ten times the memory of its entry.
    const result = read(only, 0);
    return result === undefined ? [] : [result];
  }
  const results: T[] = [];
  values.forEach((value, index) => {
    // The API server decodes null as an empty string.
    const text = value === null ? '' : value;
    if (typeof text !== 'string') {
      refuseType(fields, [key, index], 'a string', value, quotesHint(value));
      return;
    }
    const result = read(text, index);
    if (result !== undefined) results.push(result);
  });
  return results;
}

/** The entries of a mapping of strings to strings, as labels are; null is the empty string. */
export function stringMap(fields: Fields, key: string): readonly (readonly [string, string])[] {
  const map = mapField(fields, key);
  if (map === undefined) return [];
  const entries: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(map.record)) {
    if (typeof value === 'string') entries.push([name, value]);
    else if (value === null) entries.push([name, '']);
    else refuseType(map, [name], 'a string', value, quotesHint(value));
  }
  return entries;
}

/** The entries of a list; empty when absent, refused and empty when it is no list. */
function listField(fields: Fields, key: string, limit = Infinity): readonly unknown[] {
  const value = rawField(fields, key);
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    refuseType(fields, [key], 'a list', value, 'begin each entry with "- "');
    return [];
  }
  if (value.length > limit) {
    fields.report.refuse(at(fields, key), {
      code: 'NATC2006',
      message: `${key} must have at most ${limit} entries, got ${value.length}`,
    });
  }
  return value;
}

/** `a`, `a or b`, `a, b or c` */
export const listWords = (words: readonly string[]): string =>
  words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} or ${words.slice(-1).join('')}`;

/** Refuses a value that the API server could not decode; `expected` as in "a string". */
export function refuseType(
  fields: Fields,
  keys: FieldPath,
  expected: string,
  value: unknown,
  hint?: string,
): undefined {
  fields.report.refuse(at(fields, ...keys), {
    code: 'NATC2001',
    message: `${label(keys)} must be ${expected}, got ${quote(value)}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

const quotesHint = (value: unknown): string | undefined =>
  typeof value === 'object' ? undefined : `put it in quotes: "${String(value)}"`;
