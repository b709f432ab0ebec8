import type { FollowedKind } from './observer.ts';

/** One object of the cluster as it was last heard of. */
export interface FollowedObject {
  readonly kind: FollowedKind;
  /** `namespace/name`, or the name of a Node. */
  readonly name: string;
  /** `metadata.resourceVersion` */
  readonly version: string;
  /** Its JSON, as a list of natc has it. */
  readonly text: string;
  /** Endpoints of an EndpointSlice; 0 for others. */
  readonly endpoints: number;
}

export type FollowedItem = Omit<FollowedObject, 'kind'>;

/** What became of one object. */
export interface FollowedChange {
  readonly kind: FollowedKind;
  readonly name: string;
  /** Undefined: it is new. */
  readonly before: FollowedObject | undefined;
  /** Undefined: it is gone. */
  readonly after: FollowedObject | undefined;
}

export type WatchedType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** All objects of a cluster, as lists and events told of them. */
export interface FollowedStore {
  /** Takes a whole list of one kind. @returns what is not as before */
  readonly replace: (
    kind: FollowedKind,
    items: readonly FollowedItem[],
  ) => readonly FollowedChange[];
  /**
   * Takes one event of a watch. One that comes twice, or after a newer one of the same object, changes
   * nothing.
   *
   * @returns undefined when all is as before
   */
  readonly take: (
    kind: FollowedKind,
    type: WatchedType,
    item: FollowedItem,
  ) => FollowedChange | undefined;
  readonly get: (kind: FollowedKind, name: string) => FollowedObject | undefined;
  readonly all: (kind: FollowedKind) => ReadonlyMap<string, FollowedObject>;
  /** In all EndpointSlices together. */
  readonly endpoints: () => number;
}

/** Objects that went are remembered, so that an older event of one does not bring it back. */
const mostGone = 10_000;

export function makeStore(): FollowedStore {
  const objects = {
    Node: new Map<string, FollowedObject>(),
    Service: new Map<string, FollowedObject>(),
    EndpointSlice: new Map<string, FollowedObject>(),
  };
  const gone = {
    Node: new Map<string, string>(),
    Service: new Map<string, string>(),
    EndpointSlice: new Map<string, string>(),
  };
  let endpoints = 0;

  function put(kind: FollowedKind, item: FollowedItem): FollowedChange | undefined {
    const { name, version, text } = item;
    const before = objects[kind].get(name);
    const after: FollowedObject = { kind, name, version, text, endpoints: item.endpoints };
    objects[kind].set(name, after);
    endpoints += after.endpoints - (before?.endpoints ?? 0);
    return before?.text === text ? undefined : { kind, name, before, after };
  }

  function remove(kind: FollowedKind, name: string): FollowedChange | undefined {
    const before = objects[kind].get(name);
    if (before === undefined) return undefined;
    objects[kind].delete(name);
    endpoints -= before.endpoints;
    return { kind, name, before, after: undefined };
  }

  function forget(kind: FollowedKind, name: string, version: string): void {
    const graves = gone[kind];
    graves.delete(name);
    graves.set(name, version);
    const [oldest] = graves.keys();
    if (graves.size > mostGone && oldest !== undefined) graves.delete(oldest);
  }

  return {
    replace: (kind, items) => {
      gone[kind].clear();
      const names = new Set(items.map(({ name }) => name));
      const left = [...objects[kind].keys()].filter((name) => !names.has(name));
      return [
        ...left.flatMap((name) => remove(kind, name) ?? []),
        ...items.flatMap((item) => put(kind, item) ?? []),
      ];
    },
    take: (kind, type, item) => {
      const { name, version } = item;
      const known = objects[kind].get(name)?.version ?? gone[kind].get(name);
      const isDeletion = type === 'DELETED';
      // A deletion may come with the version of the last change before it.
      if (known !== undefined && isOlder(version, known, !isDeletion)) return undefined;
      if (!isDeletion) {
        gone[kind].delete(name);
        return put(kind, item);
      }
      forget(kind, name, version);
      return remove(kind, name);
    },
    get: (kind, name) => objects[kind].get(name),
    all: (kind) => objects[kind],
    endpoints: () => endpoints,
  };
}

const number = /^\d+$/;

/**
 * Whether a resourceVersion comes before another one of the same object (KEP-5504: both are decimal numbers).
 * Where one is no number nobody can tell, and what comes later is believed.
 *
 * @param orSame whether the same one counts as older
 */
export function isOlder(version: string, than: string, orSame = false): boolean {
  if (version === than) return orSame && version !== '';
  if (!number.test(version) || !number.test(than)) return false;
  if (version.length !== than.length) return version.length < than.length;
  return version < than;
}
