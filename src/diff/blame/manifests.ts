import type { SourceObject } from '../../diagnostics/source.ts';
import type { Cluster } from '../../model/cluster.ts';

/** The objects of one side by what they are about, to find what differs between two sides. */
export interface Manifests {
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, SourceObject>;
  /** What says where the endpoints of a Service are, by `namespace/name` of the Service. */
  readonly endpoints: ReadonlyMap<string, readonly SourceObject[]>;
  /** All of these by kind, namespace and name: one that is of another Service now is there all the same. */
  readonly sources: ReadonlyMap<string, SourceObject>;
  readonly nodes: ReadonlyMap<string, SourceObject>;
}

/** The key of an object in `sources`. @param service whose namespace it is in, as `namespace/name` */
export function sourceKey({ kind, value }: SourceObject, service: string): string {
  const { name } = Object(value['metadata']) as { readonly name?: unknown };
  return `${kind} ${service.slice(0, service.indexOf('/'))}/${String(name)}`;
}

/**
 * @param written the objects as somebody wrote them, where natc filled in what a control plane would: what it made
 * up stands in no line. Undefined where nothing was filled in
 */
export function manifestsOf(
  { services, endpointSlices, endpoints, nodes }: Cluster,
  written: readonly SourceObject[] | undefined,
): Manifests {
  // Nearly all of a cluster's objects were written as they are; only those that were not are looked for by their place.
  const asWritten = new Set(written);
  const originals = new Map<string, SourceObject>();
  const original = (object: SourceObject): SourceObject => {
    if (object.madeFrom !== undefined || asWritten.has(object)) return object.madeFrom ?? object;
    if (originals.size === 0) for (const each of asWritten) originals.set(placeOf(each), each);
    return originals.get(placeOf(object)) ?? object;
  };
  const ofServices = new Map<string, SourceObject[]>();
  const sources = new Map<string, SourceObject>();
  const add = (key: string, made: SourceObject): void => {
    const object = original(made);
    sources.set(sourceKey(object, key), object);
    const known = ofServices.get(key);
    if (known === undefined) ofServices.set(key, [object]);
    else known.push(object);
  };
  for (const { namespace, serviceName, object } of endpointSlices)
    add(`${namespace}/${serviceName ?? ''}`, object);
  for (const { namespace, name, object } of endpoints) add(`${namespace}/${name}`, object);
  return {
    services: new Map(
      services.map(({ namespace, name, object }) => [`${namespace}/${name}`, original(object)]),
    ),
    endpoints: ofServices,
    sources,
    nodes: new Map(nodes.map(({ name, object }) => [name, object])),
  };
}

const placeOf = ({ kind, source, extent }: SourceObject): string =>
  `${kind} ${source.name} ${extent.start} ${extent.path.join('.')}`;
