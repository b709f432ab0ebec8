/** The same finding about many objects, which is said once and lists them. */
import type { Diagnostic } from './diagnostic.ts';
import type { Place } from './place.ts';
import type { SourceObject } from './source.ts';

/** So many findings have to be alike; fewer are each shown in full. */
const fewest = 3;

/** What stands for the object's own name in a message. */
const itself = '\0';

export interface Alike<T> {
  readonly first: T;
  readonly others: readonly T[];
}

/**
 * Puts findings together that say the same, each of its own object: same code, severity and hint, and a message that
 * differs in the object's name alone.
 *
 * @returns in the order of their first ones
 */
export function groupAlike<T extends { readonly diagnostic: Diagnostic }>(
  items: readonly T[],
  objectName: (object: SourceObject) => string,
): readonly Alike<T>[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item.diagnostic, objectName);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  const joined = new Map<T, readonly T[]>();
  for (const group of groups.values()) {
    const [first, ...others] = group;
    if (first !== undefined && group.length >= fewest) joined.set(first, others);
  }
  const told = new Set([...joined.values()].flat());
  return items
    .filter((item) => !told.has(item))
    .map((first) => ({ first, others: joined.get(first) ?? [] }));
}

function keyOf(
  { code, severity, message, hint = '', places: [place] }: Diagnostic,
  objectName: (object: SourceObject) => string,
): string {
  const name = place === undefined ? undefined : messageName(place, objectName);
  const texts = [message, hint].map((text) =>
    name === undefined ? text : text.replaceAll(name, itself),
  );
  return JSON.stringify([code, severity, ...texts]);
}

/** As messages name an object: with the namespace that it is in without saying so, too. */
function messageName(
  place: Place,
  objectName: (object: SourceObject) => string,
): string | undefined {
  if (place.kind !== 'field') return undefined;
  const own = objectName(place.object).slice(place.object.kind.length + 1);
  if (own === '') return undefined;
  return own.includes('/') ? own : `default/${own}`;
}
