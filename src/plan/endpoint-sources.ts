/**
 * Which EndpointSlices, or which Endpoints object in their place, say where a Service's endpoints are
 * (E1-E3, E12).
 */
import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import type { Cluster, EndpointSlice, Endpoints, Service } from '../model/cluster.ts';
import type { IpFamily } from '../net/family.ts';
import { addressPath, type EndpointList, listEndpoints } from './endpoint-list.ts';
import { isNeverMirrored, mirrorEndpoints } from './mirror.ts';
import { compareBytes } from './order.ts';

/** By {@link serviceKey}; slices in the order of their names (E9). */
export interface EndpointSources {
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>;
  readonly endpoints: ReadonlyMap<string, Endpoints>;
  /**
   * Memoized lists, by Service and family, where one cluster is planned for several
   * nodes. Undefined when nothing is kept.
   */
  readonly lists?: Map<string, readonly EndpointList[]>;
}

export const serviceKey = (namespace: string, name: string): string => `${namespace}/${name}`;

export function indexEndpointSources(
  cluster: Pick<Cluster, 'endpointSlices' | 'endpoints'>,
): EndpointSources {
  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of cluster.endpointSlices) {
    if (slice.serviceName === undefined) continue;
    const key = serviceKey(slice.namespace, slice.serviceName);
    const found = slices.get(key);
    if (found === undefined) slices.set(key, [slice]);
    else found.push(slice);
  }
  for (const list of slices.values()) list.sort((a, b) => compareBytes(a.name, b.name));
  const endpoints = new Map(
    cluster.endpoints.map((each) => [serviceKey(each.namespace, each.name), each]),
  );
  return { slices, endpoints };
}

/** The same for many plans of one cluster with settings that differ in the node alone. */
export const sharedEndpointSources = (
  cluster: Pick<Cluster, 'endpointSlices' | 'endpoints'>,
): EndpointSources => ({ ...indexEndpointSources(cluster), lists: new Map() });

/** What E3 makes of the objects that belong to one Service. */
export type EndpointSource =
  | { readonly kind: 'slices'; readonly slices: readonly EndpointSlice[] }
  /** The Endpoints object, mirrored. */
  | { readonly kind: 'mirror'; readonly endpoints: Endpoints }
  /** There is an Endpoints object, but the controller does not mirror it. */
  | {
      readonly kind: 'unmirrored';
      readonly endpoints: Endpoints;
      readonly because: 'selector' | 'annotated';
    }
  | { readonly kind: 'none' };

/**
 * Slices win over the Endpoints object, which is only their original or their copy. Without any, the
 * object is mirrored, unless the Service has a selector: its slices exist, just not in the input.
 */
export function endpointSourceOf(sources: EndpointSources, service: Service): EndpointSource {
  const key = serviceKey(service.namespace, service.name);
  const slices = sources.slices.get(key);
  if (slices !== undefined) return { kind: 'slices', slices };
  const endpoints = sources.endpoints.get(key);
  if (endpoints === undefined) return { kind: 'none' };
  if (service.hasSelector) return { kind: 'unmirrored', endpoints, because: 'selector' };
  if (isNeverMirrored(endpoints)) return { kind: 'unmirrored', endpoints, because: 'annotated' };
  return { kind: 'mirror', endpoints };
}

/** Visits the endpoints of one family that count for a Service; of hundreds of thousands nothing is made. */
export function visitEndpoints(
  sources: EndpointSources,
  service: Service,
  family: IpFamily,
  visit: (address: string, object: SourceObject, path: FieldPath) => void,
): void {
  const source = endpointSourceOf(sources, service);
  if (source.kind === 'slices') {
    for (const { object, addressType, headless, endpoints } of source.slices) {
      if (addressType !== family || headless) continue;
      for (const { addresses, index } of endpoints) {
        const address = addresses[0];
        if (address !== undefined) visit(address, object, addressPath(index));
      }
    }
    return;
  }
  for (const { object, endpoints } of endpointListsOf(source, family))
    for (const { address, path } of endpoints) visit(address, object, path);
}

/** The slices of one family that count for a Service, ready to be merged; see {@link endpointListsOf}. */
export function serviceEndpoints(
  sources: EndpointSources,
  service: Service,
  family: IpFamily,
): readonly EndpointList[] {
  const make = () => endpointListsOf(endpointSourceOf(sources, service), family);
  if (sources.lists === undefined) return make();
  const key = `${family} ${serviceKey(service.namespace, service.name)}`;
  const known = sources.lists.get(key);
  if (known !== undefined) return known;
  const made = make();
  sources.lists.set(key, made);
  return made;
}

/** The slices of one family that count for a Service (S4), ready to be merged. */
export function endpointListsOf(source: EndpointSource, family: IpFamily): readonly EndpointList[] {
  switch (source.kind) {
    case 'slices':
      return source.slices
        .filter((slice) => slice.addressType === family && !slice.headless)
        .map(listEndpoints)
        .filter((slice) => slice !== undefined);
    case 'mirror':
      return source.endpoints.headless
        ? []
        : mirrorEndpoints(source.endpoints).filter((slice) => slice.family === family);
    case 'unmirrored':
    case 'none':
      return [];
  }
}
