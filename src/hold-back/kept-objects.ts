import type { SourceObject } from '../diagnostics/source.ts';
import { serviceKey } from '../plan/endpoint-sources.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** Objects as plain data, by the `namespace/name` of the Service that they are or belong to. */
export type ObjectsByService = ReadonlyMap<string, readonly Mapping[]>;

/**
 * What has to be kept of an input so that each Service could be compiled again from it, one Service after
 * another: all at once would be half the input once more.
 *
 * @param isKept by `namespace/name`; the others' objects are left out
 */
export function* objectsByService(
  objects: readonly SourceObject[],
  isKept: (service: string) => boolean,
): Generator<readonly [string, readonly Mapping[]]> {
  const kept = new Map<string, SourceObject[]>();
  for (const object of objects) {
    const owner = serviceOfObject(object);
    if (owner === undefined || !isKept(owner)) continue;
    const list = kept.get(owner);
    if (list === undefined) kept.set(owner, [object]);
    else list.push(object);
  }
  for (const [service, list] of kept) yield [service, list.map(essentials)];
}

/** The Service that an object is, or whose endpoints it has; undefined for Nodes and for the ownerless. */
export function serviceOfObject({ kind, value }: SourceObject): string | undefined {
  const metadata = mappingOf(value['metadata']);
  const namespace = textOf(metadata['namespace']) || 'default';
  const name = textOf(
    kind === 'EndpointSlice'
      ? mappingOf(metadata['labels'])['kubernetes.io/service-name']
      : metadata['name'],
  );
  return name === '' || kind === 'Node' ? undefined : serviceKey(namespace, name);
}

/** An object without what nothing is made of: managedFields and annotations are most of its bytes. */
export function essentials({ apiVersion, kind, value }: SourceObject): Mapping {
  const { name, namespace, labels, creationTimestamp, annotations } = mappingOf(value['metadata']);
  const leader = mappingOf(annotations)[leaderAnnotation];
  return {
    ...value,
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      labels,
      creationTimestamp,
      ...(leader !== undefined && { annotations: { [leaderAnnotation]: leader } }),
    },
  };
}

const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

const mappingOf = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
