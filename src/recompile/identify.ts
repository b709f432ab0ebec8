import type { SourceObject } from '../diagnostics/source.ts';
import type { Cluster } from '../model/cluster.ts';
import { serviceKey } from '../plan/endpoint-sources.ts';

/** An object of the input, and what it is compiled together with. */
export interface Identified {
  /** `Service shop/web` */
  readonly identity: string;
  /** The Service that it is or belongs to, `shop/web`; for an object that belongs to none its identity. */
  readonly group: string;
}

/**
 * What objects are. Those that a cluster does not hold, since something is wrong with them or they are
 * given twice, go by what they say of themselves.
 */
export function identify(
  objects: readonly SourceObject[],
  { services, endpointSlices, endpoints }: Cluster,
): ReadonlyMap<SourceObject, Identified> {
  const identified = new Map<SourceObject, Identified>();
  for (const object of objects) identified.set(object, identityOf(object));
  for (const { object, namespace, name } of services)
    identified.set(object, identityIn('Service', namespace, name, undefined));
  for (const { object, namespace, name, serviceName } of endpointSlices)
    identified.set(object, identityIn('EndpointSlice', namespace, name, serviceName));
  for (const { object, namespace, name } of endpoints)
    identified.set(object, identityIn('Endpoints', namespace, name, undefined));
  return identified;
}

function identityOf({ kind, value }: SourceObject): Identified {
  const { name, namespace, labels } = recordOf(value['metadata']);
  return identityIn(
    kind,
    textOf(namespace ?? 'default'),
    textOf(name),
    recordOf(labels)['kubernetes.io/service-name'],
  );
}

function identityIn(
  kind: string,
  namespace: string,
  name: string,
  serviceName: unknown,
): Identified {
  const identity = `${kind} ${serviceKey(namespace, name)}`;
  switch (kind) {
    case 'Service':
    case 'Endpoints':
      return { identity, group: serviceKey(namespace, name) };
    case 'EndpointSlice':
      return {
        identity,
        group: typeof serviceName === 'string' ? serviceKey(namespace, serviceName) : identity,
      };
    default:
      return { identity: `${kind} ${name}`, group: `${kind} ${name}` };
  }
}

/** Whatever stands there, also what no text can be made of. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
