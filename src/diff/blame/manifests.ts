import type { SourceObject } from '../../diagnostics/source.ts';
import type { Cluster } from '../../model/cluster.ts';

/** The objects of one side by what they are about, to find what differs between two sides. */
export interface Manifests {
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, SourceObject>;
  /** What says where the endpoints of a Service are, by `namespace/name` of the Service. */
  readonly endpoints: ReadonlyMap<string, readonly SourceObject[]>;
  readonly nodes: ReadonlyMap<string, SourceObject>;
}

/**
 * @param written the objects as somebody wrote them, where natc filled in what a control plane would: what it made
 * up stands in no line. Undefined where nothing was filled in
 */
export function manifestsOf(
  { services, endpointSlices, endpoints, nodes }: Cluster,
  written: readonly SourceObject[] | undefined,
): Manifests {
  const originals = new Map((written ?? []).map((object) => [placeOf(object), object]));
  const original = (object: SourceObject): SourceObject =>
    object.madeFrom ?? originals.get(placeOf(object)) ?? object;
  const sources = new Map<string, SourceObject[]>();
  const add = (key: string, object: SourceObject): void => {
    const known = sources.get(key);
    if (known === undefined) sources.set(key, [original(object)]);
    else known.push(original(object));
  };
  for (const { namespace, serviceName, object } of endpointSlices)
    if (serviceName !== undefined) add(`${namespace}/${serviceName}`, object);
  for (const { namespace, name, object } of endpoints) add(`${namespace}/${name}`, object);
  return {
    services: new Map(
      services.map(({ namespace, name, object }) => [`${namespace}/${name}`, original(object)]),
    ),
    endpoints: sources,
    nodes: new Map(nodes.map(({ name, object }) => [name, object])),
  };
}

const placeOf = ({ kind, source, extent }: SourceObject): string =>
  `${kind} ${source.name} ${extent.start} ${extent.path.join('.')}`;
