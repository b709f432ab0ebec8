import { isMapping } from '../diagnostics/mapping.ts';
import type { SourceObject } from '../diagnostics/source.ts';
import { comparePosition, contentOf } from './copies.ts';
import { compareText } from './object-order.ts';
import type { Report } from './report.ts';
import { compareAge, readTimestamp } from './seniority.ts';

interface Identified {
  readonly namespace: string;
  readonly name: string;
  readonly object: SourceObject;
}

/**
 * Refuses objects of one kind that have the same namespace and name (copies are gone already), and keeps one of each: one in
 * which the least is wrong, since a cluster holds only one of them, which is valid. Of several such ones it is
 * the oldest (ND11), and of several as old it depends on their content alone. So the order of the input
 * makes no difference.
 *
 * @param identify what identifies an item.
 */
export function withoutDuplicates<T>(
  items: readonly T[],
  identify: (item: T) => Identified,
  report: Report,
): readonly T[] {
  const kept = new Map<string, T>();
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const { namespace, name } = identify(item);
    const key = `${namespace}/${name}`;
    const first = kept.get(key);
    const group = groups.get(key);
    if (first === undefined) kept.set(key, item);
    else if (group === undefined) groups.set(key, [first, item]);
    else group.push(item);
  }
  for (const [key, group] of groups) kept.set(key, keepOne(group, identify, report));
  return [...kept.values()];
}

function keepOne<T>(group: readonly T[], identify: (item: T) => Identified, report: Report): T {
  const byPosition = group
    .map((item) => ({ item, ...identify(item) }))
    .sort((a, b) => comparePosition(a.object, b.object));
  const faults = faultsOf(report);
  const byContent = byPosition
    .map((entry) => ({
      ...entry,
      createdAt: createdAt(entry.object),
      content: contentOf(entry.object),
      faults: faults.get(entry.object) ?? 0,
    }))
    .sort((a, b) => a.faults - b.faults || compareAge(a, b) || compareText(a.content, b.content));
  const [kept] = byContent;
  if (kept === undefined) throw new Error('a group of duplicates is never empty');
  // Where nothing is compiled, the first one in the file is the better one to point at.
  const [named = kept, ...others] = report.isLenient ? byContent : byPosition;
  const note = report.isLenient ? 'this one is kept' : 'first given here';
  for (const { object, namespace, name } of others) {
    const id = namespace === '' ? name : `${namespace}/${name}`;
    report.refuse(namePlace(object), {
      code: 'NATC2007',
      message: `${object.kind} ${id} is given more than once, with differences`,
      hint: hintFor(named.object, object),
      also: [{ ...namePlace(named.object), note }],
    });
  }
  return kept.item;
}

/** Where several of an object come from, as far as it shows. */
function hintFor(a: SourceObject, b: SourceObject): string {
  const [first, second] = [metadataOf(a), metadataOf(b)];
  const [version, other] = [first['resourceVersion'], second['resourceVersion']];
  if (typeof version === 'string' && typeof other === 'string')
    return version !== other && first['uid'] === second['uid']
      ? 'these are states of one object, as kubectl get --watch and repeated dumps print them: keep the last'
      : 'the objects of several clusters, or of one at several times: give natc those of one';
  if (typeof version === 'string' || typeof other === 'string')
    return 'one is a manifest, the other what a cluster holds: give natc one of the two';
  return a.source.name === b.source.name
    ? 'remove or rename one of them'
    : 'remove or rename one of them; of what Kustomize puts together, give natc the result';
}

const metadataOf = ({ value }: SourceObject): Readonly<Record<string, unknown>> =>
  isMapping(value['metadata']) ? value['metadata'] : {};

/**
 * How much the API server refuses of each object so far. Only that: what natc says of its own accord depends
 * on `--validate`, and the same object has to be kept whatever that says.
 */
function faultsOf({ diagnostics }: Report): ReadonlyMap<SourceObject, number> {
  const faults = new Map<SourceObject, number>();
  for (const { severity, wasError, places } of diagnostics) {
    const [place] = places;
    const isRefused = severity === 'error' || wasError === true;
    if (!isRefused || place?.kind !== 'field') continue;
    faults.set(place.object, (faults.get(place.object) ?? 0) + 1);
  }
  return faults;
}

function createdAt({ value }: SourceObject): number | undefined {
  const metadata = value['metadata'];
  return isMapping(metadata) ? readTimestamp(metadata['creationTimestamp']) : undefined;
}

const namePlace = (object: SourceObject) =>
  ({ kind: 'field', object, path: ['metadata', 'name'] }) as const;
