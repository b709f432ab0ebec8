import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Extent, FieldPath, Source, SourceObject } from '../diagnostics/source.ts';
import { type Document, flawed } from './documents.ts';
import { repeatedKeys } from './repeated-keys.ts';
import { quoteText } from './span-error.ts';

/** Kinds, each in the apiVersions whose fields natc knows, the present one first. */
export type KindTable = ReadonlyMap<string, readonly string[]>;

/** The kinds natc reads among manifests. */
const apiVersions: KindTable = new Map([
  ['Service', ['v1']],
  ['Endpoints', ['v1']],
  ['Node', ['v1']],
  ['EndpointSlice', ['discovery.k8s.io/v1', 'discovery.k8s.io/v1beta1']],
  ['KubeProxyConfiguration', ['kubeproxy.config.k8s.io/v1alpha1']],
]);
type Mapping = Readonly<Record<string, unknown>>;

/** Collects what `addObjects` finds. */
export interface ObjectCollector {
  readonly objects: SourceObject[];
  readonly skipped: Map<string, number>;
  readonly problems: Diagnostic[];
  /** Those of the problems that concern one object alone, which is left out: the rest is whole. */
  readonly leftOut: Set<Diagnostic>;
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

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
  // kubectl prints `kind: List` last: a document with items and without a kind is the rest of a List.
  addProblem(collector, missingKind(object, apiVersion, kind), isItem || !('items' in value));
  return undefined;
}

function addProblem(
  { problems, leftOut }: ObjectCollector,
  problem: Diagnostic,
  isOneObject: boolean,
): void {
  problems.push(problem);
  if (isOneObject) leftOut.add(problem);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value} \`${quoteText(String(value))}\``;
}

function notAnObject(object: SourceObject, value: unknown, isItem: boolean): Diagnostic {
  return error(
    'NATC1030',
    `${isItem ? 'the item' : 'the document'} is ${describe(value)}, not a Kubernetes object`,
    object,
    [],
    Array.isArray(value)
      ? 'put the objects into a List: `kind: List`, `apiVersion: v1`, `items: [...]`'
      : 'is a colon missing, or is this no manifest?',
  );
}

function missingKind(object: SourceObject, apiVersion: unknown, kind: unknown): Diagnostic {
  const wrong = kind === undefined || kind === null || kind === '' ? apiVersion : kind;
  const field = wrong === kind ? 'kind' : 'apiVersion';
  const missing = [
    ...(isAbsent(apiVersion) ? ['apiVersion'] : []),
    ...(isAbsent(kind) ? ['kind'] : []),
  ];
  if (missing.length === 0) {
    const bad = typeof kind === 'string' ? 'apiVersion' : 'kind';
    const value = object.value[bad];
    return error('NATC1031', `${bad} must be a string, got ${describe(value)}`, object, [bad]);
  }
  return error(
    'NATC1031',
    `the object has no ${missing.join(' and no ')}`,
    object,
    missing.length === 1 ? [field] : [],
    missingKindHint(object, missing),
  );
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

function missingKindHint(object: SourceObject, missing: readonly string[]): string {
  if (/(?:^|[/\\])kustomization\.ya?ml$/.test(object.source.name)) {
    return 'give natc the output of `kubectl kustomize` instead of its input';
  }
  if (Array.isArray(object.value['items']) && !missing.includes('apiVersion')) {
    return 'kubectl prints `kind: List` after the items: is the input cut off?';
  }
  return 'is this a Kubernetes manifest?';
}

function isList({ kind, value }: SourceObject): boolean {
  if (kind === 'List') return true;
  return (
    kind.endsWith('List') && (apiVersions.has(kind.slice(0, -4)) || Array.isArray(value['items']))
  );
}

/**
 * One page of a list that the API server gave in pages (ListMeta): what it lacks would seem to be deleted.
 * Lists of kinds that natc does not use may lack what they will.
 */
function incompleteList(list: SourceObject): Diagnostic | undefined {
  if (list.kind !== 'List' && !apiVersions.has(list.kind.slice(0, -'List'.length)))
    return undefined;
  const { metadata } = list.value;
  if (!isMapping(metadata)) return undefined;
  const { continue: token, remainingItemCount: remaining } = metadata;
  const isCut = typeof remaining === 'number' && remaining > 0;
  if (isAbsent(token) && !isCut) return undefined;
  const more = isCut ? `${remaining} more objects are` : 'more objects are';
  return error(
    'NATC1034',
    `this ${list.kind} is one page of a longer list: ${more} missing`,
    list,
    ['metadata', isAbsent(token) ? 'remainingItemCount' : 'continue'],
    'ask for all of it: kubectl get without --chunk-size does, and so does natc --from-cluster; over HTTP, follow metadata.continue',
  );
}

function itemsOf(
  collector: ObjectCollector,
  list: SourceObject,
  offsets: readonly number[],
  isItem: boolean,
): Candidate[] {
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
  const { apiVersion, kind } = object;
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

function unsupported(object: SourceObject, kind: string, kinds: KindTable): Diagnostic {
  const [wanted = ''] = kinds.get(kind) ?? [];
  if (object.kind !== kind) {
    const message = `unknown kind "${quoteText(object.kind)}"`;
    return error('NATC1032', message, object, ['kind'], `write \`kind: ${kind}\``);
  }
  return error(
    'NATC1032',
    `${kind} of apiVersion "${quoteText(object.apiVersion)}" is not supported`,
    object,
    ['apiVersion'],
    `natc reads ${kind} of apiVersion ${wanted}`,
  );
}

function error(
  code: Diagnostic['code'],
  message: string,
  object: SourceObject,
  path: FieldPath,
  hint?: string,
): Diagnostic {
  const place = { kind: 'field', object, path } as const;
  return { code, severity: 'error', message, places: [place], ...(hint !== undefined && { hint }) };
}
