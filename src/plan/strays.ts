/**
 * EndpointSlices and Endpoints objects that belong to no Service although a Service lacks endpoints: the label that
 * names the Service is misspelt, or the object lies in another namespace.
 */
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import type { Cluster, EndpointSlice, Endpoints, Service } from '../model/cluster.ts';
import { type EndpointSources, endpointSourceOf, serviceKey } from './endpoint-sources.ts';

/** An object that no Service of the input takes. */
export interface Stray {
  readonly kind: 'EndpointSlice' | 'Endpoints';
  readonly object: EndpointSlice | Endpoints;
  /** The Service that it names, which is not there; undefined for a slice that names none. */
  readonly names: string | undefined;
  /** The Service that it is most likely meant for. */
  readonly meant: Meant | undefined;
  /** Whether some Service of its namespace has no endpoints. */
  readonly isBesideStarving: boolean;
}

export interface Meant {
  readonly service: Service;
  readonly because: 'similar name' | 'name of the slice' | 'other namespace';
}

/** More names of one namespace than this are not compared letter by letter: all pairs would take too long. */
const mostCompared = 100;

/** Whether nothing in the input says where a Service's endpoints are, or only what proxies must not read (S4). */
export function isStarving(sources: EndpointSources, service: Service): boolean {
  const source = endpointSourceOf(sources, service);
  switch (source.kind) {
    case 'slices':
      return source.slices.every((slice) => slice.headless);
    case 'mirror':
      return source.endpoints.headless;
    case 'unmirrored':
    case 'none':
      return true;
  }
}

/** @param taken the Services that are compiled */
export function findStrays(
  {
    services,
    endpointSlices,
    endpoints,
  }: Pick<Cluster, 'services' | 'endpointSlices' | 'endpoints'>,
  taken: readonly Service[],
  sources: EndpointSources,
): readonly Stray[] {
  const all = new Set(services.map(({ namespace, name }) => serviceKey(namespace, name)));
  const isOwned = (namespace: string, name: string | undefined): boolean =>
    name !== undefined && all.has(serviceKey(namespace, name));
  const slices = endpointSlices.filter((each) => !isOwned(each.namespace, each.serviceName));
  const objects = endpoints.filter((each) => !isOwned(each.namespace, each.name));
  if (slices.length + objects.length === 0) return [];
  const starving = indexStarving(taken.filter((service) => isStarving(sources, service)));
  const strayOf = (
    kind: Stray['kind'],
    object: EndpointSlice | Endpoints,
    names: string | undefined,
  ): Stray => ({
    kind,
    object,
    names,
    meant: meantBy(kind, object, names, starving),
    isBesideStarving: starving.byNamespace.has(object.namespace),
  });
  return [
    ...slices.map((slice) => strayOf('EndpointSlice', slice, slice.serviceName || undefined)),
    ...objects.map((each) => strayOf('Endpoints', each, each.name)),
  ];
}

interface StarvingIndex {
  readonly byNamespace: ReadonlyMap<string, ReadonlyMap<string, Service>>;
  readonly byName: ReadonlyMap<string, readonly Service[]>;
}

function indexStarving(services: readonly Service[]): StarvingIndex {
  const byNamespace = new Map<string, Map<string, Service>>();
  const byName = new Map<string, Service[]>();
  for (const service of services) {
    const { namespace, name } = service;
    const neighbours = byNamespace.get(namespace) ?? new Map<string, Service>();
    byNamespace.set(namespace, neighbours.set(name, service));
    const namesakes = byName.get(name) ?? [];
    namesakes.push(service);
    byName.set(name, namesakes);
  }
  return { byNamespace, byName };
}

function meantBy(
  kind: Stray['kind'],
  { namespace, name: own }: EndpointSlice | Endpoints,
  names: string | undefined,
  { byNamespace, byName }: StarvingIndex,
): Meant | undefined {
  const neighbours = byNamespace.get(namespace) ?? new Map<string, Service>();
  const near =
    names === undefined || neighbours.size > mostCompared
      ? undefined
      : neighbours.get(didYouMean(names, [...neighbours.keys()]) ?? '');
  if (near !== undefined) return { service: near, because: 'similar name' };
  // The controller calls the slices of a Service by its name, a dash, and some letters.
  const ofName =
    kind === 'Endpoints'
      ? undefined
      : (neighbours.get(own) ?? neighbours.get(own.replace(/-[^-]*$/, '')));
  if (ofName !== undefined) return { service: ofName, because: 'name of the slice' };
  const namesakes = names === undefined ? [] : (byName.get(names) ?? []);
  const [only] = namesakes;
  return only !== undefined && namesakes.length === 1
    ? { service: only, because: 'other namespace' }
    : undefined;
}

/** What would make the Service take the object. */
export function strayAdvice({ kind, object, names }: Stray, { service, because }: Meant): string {
  switch (because) {
    case 'similar name':
      return `did you mean ${service.name} where it says ${names}?`;
    case 'name of the slice':
      return `its own name, ${object.name}, is like that of a slice of ${service.name}: is its label kubernetes.io/service-name wrong?`;
    case 'other namespace':
      return `${kind === 'Endpoints' ? 'it feeds' : 'a slice feeds'} a Service of its own namespace only: is ${service.namespace} meant?`;
  }
}
