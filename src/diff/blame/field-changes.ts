import type { FieldPath, SourceObject } from '../../diagnostics/source.ts';

/** One field that differs between two versions of an object, or an object that one side alone has. */
export interface FieldChange {
  /** Where the field is written: on the new side, or on the old one where it is gone. */
  readonly side: 'before' | 'after';
  readonly object: SourceObject;
  readonly path: FieldPath;
  /** The path without places in lists: `spec.ports.port`; '' for the object as a whole. */
  readonly field: string;
  /** Undefined where it was not there. */
  readonly from: unknown;
  /** Undefined where it is gone. */
  readonly to: unknown;
  /** The entries of lists that it is in, as they are and were: the endpoint, the port. */
  readonly entries: readonly unknown[];
}

/** What differs between two versions of an object. @param before, after one of them at least */
export function fieldChanges(
  before: SourceObject | undefined,
  after: SourceObject | undefined,
): readonly FieldChange[] {
  if (before === after) return [];
  const found: FieldChange[] = [];
  compare({ before, after, found, entries: [] }, before?.value, after?.value, [], []);
  return found;
}

interface Context {
  readonly before: SourceObject | undefined;
  readonly after: SourceObject | undefined;
  readonly found: FieldChange[];
  readonly entries: readonly unknown[];
}

function compare(
  context: Context,
  was: unknown,
  is: unknown,
  oldPath: FieldPath,
  newPath: FieldPath,
): void {
  if (was === is) return;
  if (isMapping(was) && isMapping(is)) {
    for (const key of new Set([...Object.keys(was), ...Object.keys(is)]))
      compare(context, was[key], is[key], [...oldPath, key], [...newPath, key]);
  } else if (Array.isArray(was) && Array.isArray(is)) {
    compareLists(context, was, is, oldPath, newPath);
  } else if (JSON.stringify(was) !== JSON.stringify(is)) {
    note(context, was, is, oldPath, newPath);
  }
}

/** Entries are the same where what names them is; natc reads no list whose order counts. */
function compareLists(
  context: Context,
  was: readonly unknown[],
  is: readonly unknown[],
  oldPath: FieldPath,
  newPath: FieldPath,
): void {
  const names = distinctNames(was);
  const others = distinctNames(is);
  const places = new Map(others.map((name, place) => [name, place]));
  names.forEach((name, place) => {
    const counterpart = places.get(name);
    places.delete(name);
    const [a, b] = [was[place], counterpart === undefined ? undefined : is[counterpart]];
    const inside = { ...context, entries: [...context.entries, a, b] };
    compare(inside, a, b, [...oldPath, place], [...newPath, counterpart ?? place]);
  });
  for (const place of places.values()) {
    const inside = { ...context, entries: [...context.entries, is[place]] };
    note(inside, undefined, is[place], [...oldPath, place], [...newPath, place]);
  }
}

/** What an entry of a list is called; those that are called the same are numbered. */
function distinctNames(list: readonly unknown[]): readonly string[] {
  const seen = new Map<string, number>();
  return list.map((entry) => {
    const name = nameOf(entry);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return `${name} ${count}`;
  });
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
  const field = path.filter((step) => typeof step === 'string').join('.');
  found.push({ side: isGone ? 'before' : 'after', object, path, field, from, to, entries });
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
