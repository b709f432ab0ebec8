import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isMapping } from '../diagnostics/mapping.ts';
import type { Extent, FieldPath, Source, SourceObject } from '../diagnostics/source.ts';
import type { Document } from './document.ts';
import { flawed } from './documents.ts';
import { apiVersions, type KindTable } from './kinds.ts';
import { messageAmongKeys } from './kubectl-message.ts';
import {
  describe,
  error,
  incompleteList,
  missingKind,
  notAnObject,
  refusal,
  unsupported,
  withoutItems,
} from './object-problems.ts';
import { repeatedKeys } from './repeated-keys.ts';
import { type WatchEvents, watchEventType } from './watch-events.ts';

/** Collects what `addObjects` finds. */
export interface ObjectCollector {
  readonly objects: SourceObject[];
  readonly skipped: Map<string, number>;
  readonly problems: Diagnostic[];
  /** Those of the problems that concern one object alone, which is left out: the rest is whole. */
  readonly leftOut: Set<Diagnostic>;
  readonly watchEvents: Map<Source, WatchEvents>;
  /** Takes objects of other kinds that may make pods. */
  readonly others?: SourceObject[];
  /** What is read; undefined: the kinds of manifests. */
  readonly kinds?: KindTable;
}

interface Candidate {
  readonly value: unknown;
  readonly extent: Extent;
  /** What a typed list says of its items, which the API server prints without kind and apiVersion. */
  readonly inherited: { readonly apiVersion: string; readonly kind: string } | undefined;
  readonly isItem: boolean;
}

/**
 * Adds the objects of one document: those of the kinds natc reads with their extents, the others as
 * a count. Lists (List, ServiceList, PodList, ...) are opened, also Lists of Lists.
 */
export function addObjects(collector: ObjectCollector, source: Source, document: Document): void {
  const { value, extent, items } = document;
  const message = isMapping(value) ? messageAmongKeys(source, value, extent.start) : undefined;
  if (message !== undefined) collector.problems.push(message);
  // It says why what should be here is not.
  if (message?.severity === 'error') return;
  const repeated = value === flawed ? [] : repeatedKeys(source, extent);
  const candidate = { value, extent, inherited: undefined, isItem: false };
  addCandidate(collector, source, candidate, items, repeated);
}

function addCandidate(
  collector: ObjectCollector,
  source: Source,
  candidate: Candidate,
  itemOffsets: readonly number[],
  repeated: readonly FieldPath[],
): void {
  // A List may hold Lists; a stack instead of recursion keeps any depth of them harmless.
  const stack: Candidate[] = [candidate];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const object = toObject(collector, source, next);
    if (object === undefined) continue;
    if (!isList(object)) {
      addObject(collector, withRepeated(object, repeated));
      continue;
    }
    const cut = incompleteList(object);
    if (cut !== undefined) collector.problems.push(cut);
    const offsets = next === candidate ? itemOffsets : [];
    const items = itemsOf(collector, object, offsets, next.isItem);
    for (const item of items.reverse()) stack.push(item);
  }
}

/** With those of a document's repeated fields that are the object's. */
function withRepeated(object: SourceObject, repeated: readonly FieldPath[]): SourceObject {
  const { path } = object.extent;
  const own = repeated.filter((each) => path.every((key, index) => each[index] === key));
  return own.length === 0
    ? object
    : { ...object, repeated: own.map((each) => each.slice(path.length)) };
}

function toObject(
  collector: ObjectCollector,
  source: Source,
  { value, extent, inherited, isItem }: Candidate,
): SourceObject | undefined {
  if (value === flawed) return undefined;
  if (!isMapping(value)) {
    const object = { source, extent, apiVersion: '', kind: '', value: {} };
    addProblem(collector, notAnObject(object, value, isItem), isItem);
    return undefined;
  }
  const apiVersion = value['apiVersion'] ?? inherited?.apiVersion;
  const kind = value['kind'] ?? inherited?.kind;
  if (typeof apiVersion === 'string' && typeof kind === 'string' && apiVersion && kind) {
    return { source, extent, apiVersion, kind, value };
  }
  const object = { source, extent, apiVersion: '', kind: '', value };
  const event = watchEventType(value);
  if (event !== undefined) {
    countEvent(collector, object, event);
    return undefined;
  }
  // kubectl prints `kind: List` last: a document with items and without a kind is the rest of a List.
  addProblem(collector, missingKind(object, apiVersion, kind), isItem || !('items' in value));
  return undefined;
}

function countEvent({ watchEvents }: ObjectCollector, object: SourceObject, type: string): void {
  const { source } = object;
  const { first, counts } = watchEvents.get(source) ?? { first: object, counts: new Map() };
  counts.set(type, (counts.get(type) ?? 0) + 1);
  watchEvents.set(source, { first, counts });
}

function addProblem(
  { problems, leftOut }: ObjectCollector,
  problem: Diagnostic,
  isOneObject: boolean,
): void {
  problems.push(problem);
  if (isOneObject) leftOut.add(problem);
}

function isList({ kind, value }: SourceObject): boolean {
  if (kind === 'List') return true;
  return (
    kind.endsWith('List') && (apiVersions.has(kind.slice(0, -4)) || Array.isArray(value['items']))
  );
}

function itemsOf(
  collector: ObjectCollector,
  list: SourceObject,
  offsets: readonly number[],
  isItem: boolean,
): Candidate[] {
  if (!('items' in list.value)) {
    addProblem(collector, withoutItems(list), isItem);
    return [];
  }
  const items = list.value['items'] ?? [];
  if (!Array.isArray(items)) {
    const message = `items must be a list, got ${describe(items)}`;
    addProblem(collector, error('NATC1033', message, list, ['items']), isItem);
    return [];
  }
  const inherited =
    list.kind === 'List'
      ? undefined
      : { apiVersion: list.apiVersion, kind: list.kind.slice(0, -'List'.length) };
  const { extent } = list;
  return items.map((value: unknown, index) => {
    const start = offsets[2 * index];
    const end = offsets[2 * index + 1];
    const itemExtent: Extent =
      start !== undefined && end !== undefined
        ? { format: extent.format, start, end, path: [] }
        : { ...extent, path: [...extent.path, 'items', index] };
    return { value, extent: itemExtent, inherited, isItem: true };
  });
}

function addObject(collector: ObjectCollector, object: SourceObject): void {
  const { objects, skipped, kinds = apiVersions } = collector;
  const { apiVersion, kind, value } = object;
  if (kind === 'Status' && apiVersion === 'v1' && value['status'] === 'Failure') {
    collector.problems.push(refusal(object));
    return;
  }
  if (kinds.get(kind)?.includes(apiVersion)) {
    objects.push(object);
    return;
  }
  const known = knownKinds(kinds).get(kind.toLowerCase());
  if (known !== undefined && isGroupOf(apiVersion, kinds.get(known) ?? [])) {
    addProblem(collector, unsupported(object, known, kinds), true);
    return;
  }
  // Others' kinds of the same name, e.g. Knative's Service, are told apart as kubectl does.
  const name = known === undefined ? kind : `${kind}.${apiVersion.split('/', 1)[0]}`;
  skipped.set(name, (skipped.get(name) ?? 0) + 1);
  if (collector.others !== undefined && mayMakePods(object)) collector.others.push(object);
}

/** Pods, all with a template of pods, and what says how many there are. */
function mayMakePods({ kind, value }: SourceObject): boolean {
  if (kind === 'Pod' || kind === 'HorizontalPodAutoscaler') return true;
  const { spec } = value;
  return isMapping(spec) && (isMapping(spec['template']) || isMapping(spec['jobTemplate']));
}

const namesByTable = new WeakMap<KindTable, ReadonlyMap<string, string>>();

/** The kinds as they are spelled, by their name in lower case. */
function knownKinds(kinds: KindTable): ReadonlyMap<string, string> {
  const known = namesByTable.get(kinds);
  if (known !== undefined) return known;
  const names = new Map([...kinds.keys()].map((kind) => [kind.toLowerCase(), kind]));
  namesByTable.set(kinds, names);
  return names;
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';

/** Whether somebody may have meant one of the versions: not where the group is another's. */
const isGroupOf = (apiVersion: string, versions: readonly string[]): boolean =>
  isKubernetesGroup(apiVersion) || versions.map(groupOf).includes(groupOf(apiVersion));

/** Groups of Kubernetes itself: the core group, those without a dot, and those under k8s.io. */
function isKubernetesGroup(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes('.') || (group.endsWith('.k8s.io') && !group.endsWith('x-k8s.io'));
}
