/**
 * The fields that Kubernetes defines for the mappings that natc reads: which of them its readers take, and
 * what the others may hold. What the API server could not decode is refused in both.
 */

import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import { quote } from '../diagnostics/quote.ts';
import { atKey, type Fields, rawField, rootOf } from './fields.ts';
import { readTimestamp } from './seniority.ts';
import {
  booleanField,
  integerField,
  mapField,
  mappingList,
  refuseType,
  stringField,
  stringList,
  stringMap,
  wholeNumbers,
} from './typed-fields.ts';

/**
 * What a field holds that no reader takes: a value of a JSON type, a list of mappings, a mapping, or anything
 * where natc does not know better (`any`).
 */
export type FieldShape =
  | 'any'
  | 'string'
  | 'strings'
  | 'string map'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'time'
  | { readonly list: KnownFields }
  | { readonly mapping: KnownFields };

/** The fields that Kubernetes defines for one kind of mapping. */
export interface KnownFields {
  /** Those that a reader takes: they decide what natc compiles, or have rules of their own. */
  readonly read: readonly string[];
  /** By name. */
  readonly shapes: ReadonlyMap<string, FieldShape | 'read'>;
}

export const knownFields = (
  read: readonly string[],
  unread: Readonly<Record<string, FieldShape>> = {},
): KnownFields => ({
  read,
  shapes: new Map<string, FieldShape | 'read'>([
    ...read.map((name) => [name, 'read'] as const),
    ...Object.entries(unread),
  ]),
});

/**
 * Refuses unknown fields, as `kubectl apply` has the API server do, and values of a wrong type in fields that
 * no reader takes.
 */
export function checkFields(fields: Fields, known: KnownFields): void {
  for (const key in fields.record) {
    const shape = known.shapes.get(key);
    if (shape === undefined) reportUnknown(fields, key, known);
    else if (shape !== 'read') checkShape(fields, key, shape);
  }
}

/**
 * An object that an API server printed (it has a resourceVersion) holds no field that this server does not
 * know: unless it looks like a misspelling, it is one of a newer Kubernetes.
 */
function reportUnknown(fields: Fields, key: string, known: KnownFields): void {
  const { report } = fields;
  const meant = didYouMean(key, [...known.shapes.keys()]);
  const problem = {
    code: 'NATC2008',
    message: `unknown field ${quote(key)}`,
    hint: meant === undefined ? 'remove it' : `did you mean ${meant}?`,
  } as const;
  const metadata = rawField(rootOf(fields), 'metadata');
  const isPrinted = isMapping(metadata) && typeof metadata['resourceVersion'] === 'string';
  if (meant !== undefined || !isPrinted) report.refuse(atKey(fields, key), problem);
  else if (!report.isLenient) report.warn(atKey(fields, key), problem);
}

function checkShape(fields: Fields, key: string, shape: FieldShape): void {
  const value = fields.record[key];
  // Nearly always, and a big cluster has millions of these.
  if (isSound(value, shape)) return;
  switch (shape) {
    case 'any':
      return;
    case 'string':
      stringField(fields, key);
      return;
    case 'strings':
      stringList(fields, key, (text) => text);
      return;
    case 'string map':
      stringMap(fields, key);
      return;
    case 'boolean':
      booleanField(fields, key);
      return;
    case 'int32':
    case 'int64':
      integerField(fields, key, wholeNumbers[shape]);
      return;
    case 'time':
      checkTime(fields, key);
      return;
  }
  if ('list' in shape) mappingList(fields, key, (entry) => checkFields(entry, shape.list));
  else {
    const mapping = mapField(fields, key);
    if (mapping !== undefined) checkFields(mapping, shape.mapping);
  }
}

function isSound(value: unknown, shape: FieldShape): boolean {
  if (value === null || typeof value === shape) return true;
  return typeof shape === 'object' && 'mapping' in shape && areSound(value, shape.mapping);
}

/** Whether {@link checkFields} would find nothing in a mapping, as far as that is quickly seen. */
export function areSound(
  value: unknown,
  { shapes }: KnownFields,
): value is Readonly<Record<string, unknown>> {
  if (!isMapping(value)) return false;
  for (const key in value) {
    const shape = shapes.get(key);
    if (shape === undefined || (shape !== 'read' && !isSound(value[key], shape))) return false;
  }
  return true;
}

function checkTime(fields: Fields, key: string): void {
  const value = rawField(fields, key);
  if (value === undefined || isTime(value)) return;
  refuseType(fields, [key], 'a time such as 2026-01-31T12:00:00Z', value);
}

/** RFC 3339; the time that was never set included. */
const isTime = (value: unknown): boolean =>
  value === '0001-01-01T00:00:00Z' || readTimestamp(value) !== undefined;
