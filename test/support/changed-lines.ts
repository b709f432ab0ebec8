/**
 * Which lines of two YAML texts of manifests somebody edited so that packets may see it: entries of lists are each
 * other's wherever they stand, and what says no more than its absence is no edit.
 */
import { isCollection, isMap, isPair, isScalar, LineCounter, parseAllDocuments } from 'yaml';

type Path = readonly (string | number)[];

/** Numbers of lines, from 1. */
export interface ChangedLines {
  readonly old: ReadonlySet<number>;
  readonly new: ReadonlySet<number>;
}

interface Edited {
  readonly old: Set<string>;
  readonly new: Set<string>;
}

export function changedLines(old: string, next: string): ChangedLines {
  const [before, after] = [documentsOf(old), documentsOf(next)];
  const found = { old: new Set<number>(), new: new Set<number>() };
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)];
    const edited: Edited = { old: new Set(), new: new Set() };
    compare({ value: was?.value, path: [] }, { value: is?.value, path: [] }, edited);
    const add = (read: Read | undefined, paths: Iterable<string>, into: Set<number>): void => {
      for (const path of paths) for (const line of read?.lines.get(path) ?? []) into.add(line);
    };
    add(was, edited.old, found.old);
    add(is, edited.new, found.new);
  }
  return found;
}

interface Read {
  readonly value: unknown;
  /** By path: where the field or entry begins. */
  readonly lines: ReadonlyMap<string, readonly number[]>;
}

function documentsOf(text: string): ReadonlyMap<string, Read> {
  const counter = new LineCounter();
  const found = new Map<string, Read>();
  for (const document of parseAllDocuments(text, { lineCounter: counter })) {
    const value = document.toJS() as {
      kind: string;
      metadata: { name: string; namespace?: string };
    };
    const { name, namespace = 'default' } = value.metadata;
    const lines = new Map<string, number[]>();
    const note = (path: Path, offset: number | undefined): void => {
      if (offset === undefined) return;
      const key = path.join('\n');
      lines.set(key, [...(lines.get(key) ?? []), counter.linePos(offset).line]);
    };
    const walk = (node: unknown, path: Path): void => {
      if (!isCollection(node)) return;
      node.items.forEach((item, place) => {
        const step = isPair(item) && isScalar(item.key) ? String(item.key.value) : place;
        const inner = isPair(item) ? item.value : item;
        const at = isPair(item) ? item.key : item;
        note([...path, step], (at as { range?: [number] }).range?.[0]);
        walk(inner, [...path, step]);
      });
    };
    if (isMap(document.contents)) note([], document.contents.range?.[0]);
    walk(document.contents, []);
    found.set(`${value.kind} ${namespace}/${name}`, { value, lines });
  }
  return found;
}

interface Side {
  readonly value: unknown;
  readonly path: Path;
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns whether anything differs */
function compare(was: Side, is: Side, edited: Edited): boolean {
  const field = (was.path.length > is.path.length ? was.path : is.path)
    .filter((step) => typeof step === 'string')
    .join('.');
  if (isUnread.test(field)) return false;
  const [a, b] = [withDefault(field, was.value), withDefault(field, is.value)];
  if (JSON.stringify(a) === JSON.stringify(b)) return false;
  if (isMapping(a ?? {}) && isMapping(b ?? {})) {
    const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
    const isEdited = keys
      .map((key) => compare(memberOf(was, a, key), memberOf(is, b, key), edited))
      .some(Boolean);
    if (isEdited && a === undefined) markOne(is, edited.new);
    if (isEdited && b === undefined) markOne(was, edited.old);
    return isEdited;
  }
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(was, is, edited);
  mark(was, edited.old);
  mark(is, edited.new);
  return true;
}

function memberOf({ path }: Side, value: unknown, key: string): Side {
  const object = isMapping(value) ? value : {};
  // What is not written goes to the number of the port.
  const member = key === 'targetPort' ? (object[key] ?? object['port']) : object[key];
  return { value: member, path: [...path, key] };
}

const markOne = ({ path, value }: Side, into: Set<string>): void => {
  if (value !== undefined) into.add(path.join('\n'));
};

/** All of it. */
function mark(side: Side, into: Set<string>): void {
  markOne(side, into);
  const { path, value } = side;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value))
    mark({ path: [...path, Array.isArray(value) ? Number(key) : key], value: each }, into);
}

function compareLists(was: Side, is: Side, edited: Edited): boolean {
  const entriesOf = ({ value, path }: Side): Side[] =>
    (value as unknown[]).map((entry, place) => ({ value: entry, path: [...path, place] }));
  const [olds, news] = [entriesOf(was), entriesOf(is)];
  const isSame = (a: Side, b: Side): boolean =>
    !compare(a, b, { old: new Set<string>(), new: new Set<string>() });
  for (const entry of [...olds]) {
    const place = news.findIndex((each) => isSame(entry, each));
    if (place === -1) continue;
    news.splice(place, 1);
    olds.splice(olds.indexOf(entry), 1);
  }
  const named = (list: readonly Side[], name: string): readonly Side[] =>
    list.filter(({ value }) => nameOf(value) === name);
  for (const name of new Set([...olds, ...news].map(({ value }) => nameOf(value)))) {
    const [before, after] = [named(olds, name), named(news, name)];
    // Of entries that are called the same, any may be the other of any.
    for (const old of before) for (const now of after) compare(old, now, edited);
    if (before.length > after.length) for (const old of before) mark(old, edited.old);
    if (before.length < after.length) for (const now of after) mark(now, edited.new);
  }
  return olds.length + news.length > 0;
}

function nameOf(entry: unknown): string {
  if (!isMapping(entry)) return JSON.stringify(entry);
  const { addresses, name, ip, hostname, port } = entry;
  return JSON.stringify(addresses ?? name ?? ip ?? hostname ?? port);
}

/** What the API server or natc takes where a field is not written. */
const defaults: Readonly<Record<string, unknown>> = {
  'spec.type': 'ClusterIP',
  'spec.sessionAffinity': 'None',
  'spec.internalTrafficPolicy': 'Cluster',
  'spec.externalTrafficPolicy': 'Cluster',
  'spec.publishNotReadyAddresses': false,
  'spec.sessionAffinityConfig.clientIP.timeoutSeconds': 10800,
  'spec.ports.protocol': 'TCP',
  'ports.protocol': 'TCP',
  'subsets.ports.protocol': 'TCP',
  'endpoints.conditions.ready': true,
  'endpoints.conditions.terminating': false,
  'status.loadBalancer.ingress.ipMode': 'VIP',
};

const withDefault = (field: string, value: unknown): unknown =>
  value === undefined ? defaults[field] : value;

/** Nothing that packets see is in these. */
const isUnread =
  /^metadata\.(annotations\.(example\.com|endpoints\.kubernetes\.io)|labels\.team|resourceVersion)|^endpoints\.(zone|targetRef|hostname)(\.|$)/;
