import { isMapping } from '../diagnostics/mapping.ts';
/** A mapping of an object, its fields as they stand, and the places of them. */
import type { Place } from '../diagnostics/place.ts';
import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import type { Report } from './report.ts';

/** One mapping of an object: its entries, where it stands, and where complaints go. */
export interface Fields {
  readonly object: SourceObject;
  readonly record: Readonly<Record<string, unknown>>;
  readonly report: Report;
  /**
   * The mapping around it, and the way from there: a key, and an index when that holds a list. Whole
   * paths are put together only for diagnostics, since a big cluster has a million of these.
   */
  readonly parent: Fields | undefined;
  readonly key: string;
  readonly index: number | undefined;
}

export const rootFields = (object: SourceObject, report: Report): Fields => ({
  object,
  record: object.value,
  report,
  parent: undefined,
  key: '',
  index: undefined,
});

/** The mapping under a key, or at an index of the list under it. */
export const childFields = (
  parent: Fields,
  record: Fields['record'],
  key: string,
  index?: number,
): Fields => ({ object: parent.object, record, report: parent.report, parent, key, index });

/** The mapping that is the whole object. */
export function rootOf(fields: Fields): Fields {
  let root = fields;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** Where the mapping stands in its object. */
export function pathOf({ parent, key, index }: Fields): FieldPath {
  if (parent === undefined) return [];
  return index === undefined ? [...pathOf(parent), key] : [...pathOf(parent), key, index];
}

type FieldPlace = Extract<Place, { kind: 'field' }>;

/** The place of a field's value; of the mapping itself when no keys are given. */
export const at = (fields: Fields, ...keys: FieldPath): FieldPlace => ({
  kind: 'field',
  object: fields.object,
  path: [...pathOf(fields), ...keys],
});

/** The place of a field's key: for a field that should not be there. */
export const atKey = (fields: Fields, ...keys: FieldPath): FieldPlace => ({
  kind: 'field',
  object: fields.object,
  path: [...pathOf(fields), ...keys],
  at: 'key',
});

/** The value of a field as it stands; undefined when absent or null. Reports nothing. */
export function rawField({ record }: Fields, key: string): unknown {
  const value = record[key];
  // Most fields are absent, which is quickly seen.
  if (value === undefined || value === null) return undefined;
  return Object.hasOwn(record, key) ? value : undefined;
}

/** The entries of a list as they stand; empty when absent or no list. Reports nothing. */
export function rawList(fields: Fields, key: string): readonly unknown[] {
  const value = rawField(fields, key);
  return Array.isArray(value) ? value : [];
}

/** Whether a field is given with a value that says something: not null, '', {} or []. */
export function isGiven(fields: Fields, key: string): boolean {
  const value = rawField(fields, key);
  if (Array.isArray(value)) return value.length > 0;
  if (!isMapping(value)) return value !== undefined && value !== '';
  for (const _ in value) return true;
  return false;
}

/** Refuses an absent required field; `fields` is the mapping that should hold it. */
export function refuseMissing(fields: Fields, key: string, hint?: string): undefined {
  const parent = label(pathOf(fields));
  fields.report.refuse(at(fields, key), {
    code: 'NATC2002',
    message: `${key} is missing${parent === '' ? '' : ` from ${parent}`}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The last name of a path as messages spell it, e.g. `externalIPs[0]`. */
export function label(path: FieldPath): string {
  const key = path.findLastIndex((part) => typeof part === 'string');
  return path
    .slice(Math.max(key, 0))
    .map((part) => (typeof part === 'string' ? part : `[${part}]`))
    .join('');
}
