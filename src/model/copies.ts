/** Objects that the input holds several times without any difference: backups and overlapping directories do. */

import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type GroupSubject, type GroupWords, saidOf } from '../diagnostics/group.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import { objectName } from '../diagnostics/object-name.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { canonicalJson } from './canonical-json.ts';
import { compareText } from './object-order.ts';

export interface Distinct {
  /** Without the copies, in the order of the input. */
  readonly objects: readonly SourceObject[];
  /** A note of those that were left out; undefined where there are none. */
  readonly note: Diagnostic | undefined;
}

/**
 * Leaves one of each object that is given several times and is the same each time: the first by file and
 * position, so that the order of the input makes no difference. Objects that differ all stay.
 */
export function withoutCopies(objects: readonly SourceObject[]): Distinct {
  const firsts = new Map<string, SourceObject>();
  const groups = new Map<string, SourceObject[]>();
  for (const object of objects) {
    const key = keyOf(object);
    if (key === undefined) continue;
    const first = firsts.get(key);
    const group = groups.get(key);
    if (first === undefined) firsts.set(key, object);
    else if (group === undefined) groups.set(key, [first, object]);
    else group.push(object);
  }
  const copies = [...groups.values()].flatMap(copiesIn);
  if (copies.length === 0) return { objects, note: undefined };
  const left = new Set(copies);
  return {
    objects: objects.filter((object) => !left.has(object)),
    note: copiesNote(copies.toSorted(comparePosition)),
  };
}

/** All of a group but the first of each content. */
function copiesIn(group: readonly SourceObject[]): readonly SourceObject[] {
  const contents = new Set<string>();
  return group.toSorted(comparePosition).filter((object) => {
    const content = contentOf(object);
    if (!contents.has(content)) {
      contents.add(content);
      return false;
    }
    return true;
  });
}

/** @param copies at least one */
function copiesNote(copies: readonly SourceObject[]): Diagnostic {
  const kinds = new Set(copies.map(({ kind }) => kind));
  const [kind = ''] = kinds;
  const subjects = copies.map((object): GroupSubject => {
    const name = objectName(object);
    const place = { kind: 'field', object, path: ['metadata', 'name'] } as const;
    return { name: kinds.size === 1 ? name.slice(kind.length + 1) : name, place };
  });
  const says = 'given again, the same in every field: one counts';
  const words: GroupWords = {
    noun: kinds.size === 1 ? [kind, `${kind} objects`] : ['object', 'objects'],
    says: [`is ${says}`, `are ${says}`],
  };
  return { code: 'NATC2130', severity: 'note', ...saidOf({ subjects, words }) };
}

/** By file, then position. */
export const comparePosition = (a: SourceObject, b: SourceObject): number =>
  compareText(a.source.name, b.source.name) ||
  a.extent.start - b.extent.start ||
  compareText(JSON.stringify(a.extent.path), JSON.stringify(b.extent.path)) ||
  // Only objects that were never text have no place of their own.
  compareText(JSON.stringify(a.value), JSON.stringify(b.value));

/** What tells objects of a cluster apart; undefined for one that cannot be told apart yet. */
function keyOf({ apiVersion, kind, value, repeated }: SourceObject): string | undefined {
  const { metadata } = value;
  // Of a field that is given twice only one counts, and which one is to be told.
  if (repeated !== undefined || !isMapping(metadata)) return undefined;
  const { name } = metadata;
  const namespace = namespaceOf(metadata);
  return typeof name === 'string' && name !== '' && typeof namespace === 'string'
    ? `${apiVersion} ${kind} ${namespace}/${name}`
    : undefined;
}

const namespaceOf = ({ namespace }: Readonly<Record<string, unknown>>): unknown =>
  namespace ?? 'default';

/** Items of typed lists have no apiVersion and kind, and a namespace may be left to the default. */
export function contentOf({ apiVersion, kind, value }: SourceObject): string {
  const { metadata } = value;
  if (!isMapping(metadata)) return canonicalJson(value);
  const named = { ...metadata, namespace: namespaceOf(metadata) };
  return canonicalJson({ ...value, apiVersion, kind, metadata: named });
}
