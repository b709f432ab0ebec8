import { isMapping } from '../../diagnostics/mapping.ts';
import type { FieldPath, SourceObject } from '../../diagnostics/source.ts';
import { meaningOf } from './meaning.ts';

/** One field that differs between two versions of an object, or an object that one side alone has. */
export interface FieldChange {
  /** Where the field is written: on the new side, or on the old one where it is gone. */
  readonly side: 'before' | 'after';
  readonly object: SourceObject;
  readonly path: FieldPath;
  /** Of what is gone: what of the new side is nearest to where it was; undefined where the object is gone too. */
  readonly nearest: Nearest | undefined;
  /** The path without places in lists: `spec.ports.port`; '' for the object as a whole. */
  readonly field: string;
  /** Undefined where it was not there. */
  readonly from: unknown;
  /** Undefined where it is gone. */
  readonly to: unknown;
  /** The entries of lists that it is in, as they are and were: the endpoint, the port. */
  readonly entries: readonly unknown[];
}

interface Nearest {
  readonly object: SourceObject;
  readonly path: FieldPath;
}

/**
 * The fields that differ between two versions of an object. A field that only spells out its default is no
 * difference, and neither is the order of a list.
 *
 * @param before, after one of them at least
 */
export function fieldChanges(
  before: SourceObject | undefined,
  after: SourceObject | undefined,
): readonly FieldChange[] {
  if (before === after) return [];
  const found: FieldChange[] = [];
  const context = { before, after, found, entries: [], owners: [undefined, undefined] } as const;
  compare(context, before?.value, after?.value, [], []);
  return found;
}

interface Context {
  readonly before: SourceObject | undefined;
  readonly after: SourceObject | undefined;
  readonly found: FieldChange[];
  readonly entries: readonly unknown[];
  /** What the values are members of, on either side. */
  readonly owners: readonly [unknown, unknown];
}

/** Maps of names that somebody chose: each is a field of its own, also where all of them are new. */
const openMaps = /^metadata\.(labels|annotations)$/;

function compare(
  context: Context,
  was: unknown,
  is: unknown,
  oldPath: FieldPath,
  newPath: FieldPath,
): void {
  if (was === is) return;
  const field = fieldOf(newPath);
  const [a, b] = openMaps.test(field) ? [was ?? {}, is ?? {}] : [was, is];
  if (isMapping(a) && isMapping(b)) {
    const inside: Context = { ...context, owners: [a, b] };
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      compare(inside, a[key], b[key], [...oldPath, key], [...newPath, key]);
  } else if (Array.isArray(was) && Array.isArray(is)) {
    compareLists({ ...context, owners: [was, is] }, was, is, oldPath, newPath);
  } else if (meaningOf(field, was, context.owners[0]) !== meaningOf(field, is, context.owners[1])) {
    note(context, was, is, oldPath, newPath);
  }
}

const fieldOf = (path: FieldPath): string =>
  path.filter((step) => typeof step === 'string').join('.');

/** Entries are the same where what names them is; natc reads no list whose order counts. */
function compareLists(
  context: Context,
  was: readonly unknown[],
  is: readonly unknown[],
  oldPath: FieldPath,
  newPath: FieldPath,
): void {
  const counterparts = counterpartsOf(was, is, fieldOf(newPath));
  was.forEach((a, place) => {
    const counterpart = counterparts.get(place);
    const b = counterpart === undefined ? undefined : is[counterpart];
    const inside = { ...context, entries: [...context.entries, a, b] };
    compare(inside, a, b, [...oldPath, place], [...newPath, counterpart ?? place]);
  });
  const known = new Set(counterparts.values());
  is.forEach((entry, place) => {
    if (known.has(place)) return;
    const inside = { ...context, entries: [...context.entries, entry] };
    note(inside, undefined, entry, [...oldPath, place], [...newPath, place]);
  });
}

/**
 * The place in `is` of each entry of `was` that has one. Of entries that are called the same, those that did not
 * change are each other's: a field of the one is not new because the other went.
 */
function counterpartsOf(
  was: readonly unknown[],
  is: readonly unknown[],
  field: string,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const taken = new Set<number>();
  const wordsOf = (entry: unknown): string => meaningOf(field, entry, was);
  for (const keyOf of [wordsOf, nameOf, portOf]) {
    const free = new Map<string, number[]>();
    is.forEach((entry, place) => {
      if (taken.has(place)) return;
      const key = keyOf(entry);
      const places = free.get(key);
      if (places === undefined) free.set(key, [place]);
      else places.push(place);
    });
    was.forEach((entry, place) => {
      const counterpart = found.has(place) ? undefined : free.get(keyOf(entry))?.shift();
      if (counterpart === undefined) return;
      found.set(place, counterpart);
      taken.add(counterpart);
    });
  }
  return found;
}

function nameOf(entry: unknown): string {
  if (!isMapping(entry)) return JSON.stringify(entry);
  if (Array.isArray(entry['addresses'])) return JSON.stringify(entry['addresses']);
  for (const key of ['name', 'ip', 'hostname']) {
    const value = entry[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  // A port without a name, of which a Service has one at most.
  return '';
}

/** A port that has another name is the same port. */
function portOf(entry: unknown): string {
  if (!isMapping(entry) || typeof entry['port'] !== 'number') return JSON.stringify(entry);
  return `${entry['port']}/${String(entry['protocol'] ?? 'TCP')}`;
}

function note(
  { before, after, found, entries }: Context,
  from: unknown,
  to: unknown,
  oldPath: FieldPath,
  newPath: FieldPath,
): void {
  const isGone = to === undefined;
  const object = isGone ? before : after;
  if (object === undefined) return;
  const path = isGone ? oldPath : newPath;
  const field = fieldOf(path);
  const nearest =
    isGone && after !== undefined
      ? nearestTo(after, newPath, { value: before?.value, path })
      : undefined;
  const side = isGone ? 'before' : 'after';
  found.push({ side, object, path, nearest, field, from, to, entries });
}

/**
 * The neighbour of an entry that is gone: the one after it, else the one before it, else the object around it.
 *
 * @param was where it was
 */
function nearestTo(
  object: SourceObject,
  path: FieldPath,
  was: { readonly value: unknown; readonly path: FieldPath },
): Nearest {
  let value: unknown = object.value;
  let old: unknown = was.value;
  const there: (string | number)[] = [];
  for (const [depth, step] of path.entries()) {
    const inside = memberOf(value, step);
    if (inside === undefined) {
      const beside = typeof step === 'number' ? lastOf(value, step) : siblingOf(old, value, step);
      return { object, path: beside === undefined ? there : [...there, beside] };
    }
    value = inside;
    old = memberOf(old, was.path[depth] ?? step);
    there.push(step);
  }
  return { object, path: there };
}

const memberOf = (value: unknown, step: string | number): unknown =>
  (Object(value) as Readonly<Record<string | number, unknown>>)[step];

/** Of a list that ends before the place: its last entry. */
const lastOf = (value: unknown, place: number): number | undefined =>
  Array.isArray(value) && value.length > 0 ? Math.min(place, value.length - 1) : undefined;

/** The field that followed, of those that are still there, or else the one before. */
function siblingOf(old: unknown, value: unknown, field: string): string | undefined {
  if (!isMapping(old) || !isMapping(value)) return undefined;
  const fields = Object.keys(old);
  const at = fields.indexOf(field);
  const isThere = (each: string): boolean => value[each] !== undefined;
  return fields.slice(at + 1).find(isThere) ?? fields.slice(0, at).findLast(isThere);
}
