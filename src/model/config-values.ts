/** Values of natc.yaml, each in the forms that its flag takes too. */
import { quote } from '../diagnostics/quote.ts';
import type { IpFamily } from '../net/family.ts';
import type { ValueKind } from '../option-entry.ts';
import {
  type PortRange,
  readFamilies,
  readPortRange,
  readSeconds,
  splitList,
} from '../option-text.ts';
import { at, type Fields, rawField } from './fields.ts';
import {
  booleanField,
  integerField,
  refuseType,
  setOneOfField,
  stringField,
} from './typed-fields.ts';

const anyCount = { first: 0, last: 999_999_999 };

/**
 * The value under a key, of the type that {@link ValueKind} says: a string, boolean or number, a list of
 * strings, families, or a range of ports. Seconds are a number.
 *
 * @returns undefined when the key is absent or null, or when what it holds was refused
 */
export function readConfigValue(fields: Fields, key: string, kind: ValueKind): unknown {
  if (typeof kind !== 'string') return setOneOfField(fields, key, kind);
  switch (kind) {
    case 'text':
    case 'side':
      return stringField(fields, key);
    case 'path':
      return pathsOf(fields, key, stringField(fields, key))?.[0];
    case 'paths':
      return pathsOf(
        fields,
        key,
        listValue(fields, key, (text) => [text]),
      );
    case 'boolean':
      return booleanField(fields, key);
    case 'integer':
      return integerField(fields, key, anyCount);
    case 'seconds':
      return secondsValue(fields, key);
    case 'list':
    case 'patterns':
      return listValue(fields, key, splitList);
    case 'families':
      return familiesValue(fields, key);
    case 'portRange':
      return portRangeValue(fields, key);
  }
}

/** A list of strings, or a single string. @param split what a single string stands for */
function listValue(
  fields: Fields,
  key: string,
  split: (text: string) => readonly string[],
): readonly string[] | undefined {
  const value = rawField(fields, key);
  if (value === undefined) return undefined;
  if (typeof value === 'string') return split(value);
  if (!Array.isArray(value)) return refuseType(fields, [key], 'a list of strings', value);
  const wrong = value.findIndex((entry) => typeof entry !== 'string');
  if (wrong >= 0) return refuseType(fields, [key, wrong], 'a string', value[wrong]);
  return value.map((entry: string) => entry.trim());
}

function pathsOf(
  fields: Fields,
  key: string,
  value: string | readonly string[] | undefined,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const paths = typeof value === 'string' ? [value] : value;
  if (paths.length > 0 && !paths.includes('')) return paths;
  return refuseType(fields, [key], 'a path', rawField(fields, key));
}

function secondsValue(fields: Fields, key: string): number | undefined {
  const value = rawField(fields, key);
  if (value === undefined) return undefined;
  const isText = typeof value === 'string' || typeof value === 'number';
  const seconds = isText ? readSeconds(String(value)) : undefined;
  return seconds ?? refuseType(fields, [key], 'a time such as 30s, 2m or 1h', value);
}

function familiesValue(fields: Fields, key: string): readonly IpFamily[] | undefined {
  const words = listValue(fields, key, splitList);
  if (words === undefined) return undefined;
  const refuse = () => refuseType(fields, [key], "'ipv4', 'ipv6' or both", rawField(fields, key));
  return readFamilies(words) ?? refuse();
}

function portRangeValue(fields: Fields, key: string): PortRange | undefined {
  const text = stringField(fields, key);
  const range = text === undefined ? undefined : readPortRange(text);
  if (text === undefined || range !== undefined) return range;
  fields.report.refuse(at(fields, key), {
    code: 'NATC2001',
    message: `${key} must be FIRST-LAST, such as 30000-32767, got ${quote(text)}`,
  });
  return undefined;
}
