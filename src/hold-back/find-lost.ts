import type { Cluster, EndpointSlice, Endpoints } from '../model/cluster.ts';
import { serviceKey } from '../plan/endpoint-sources.ts';
import type { Served } from './served.ts';

/** How a Service lost all its endpoints. */
export type Loss =
  /** The Service has a selector and no slice at all, but the controllers leave an empty one. */
  | 'slices-missing'
  /** The Service is gone, but a slice that a controller made for it is there. */
  | 'service-missing'
  /** The Service is gone, and so are its slices. */
  | 'deleted'
  /** The Service is there without usable endpoints, and nothing about that is strange. */
  | 'emptied';

export interface LostService {
  /** `namespace/name` */
  readonly name: string;
  readonly loss: Loss;
  /** The only node on which its endpoints were; see {@link ServedService}. */
  readonly onlyNode: string | undefined;
}

/** The Services that had endpoints before and have none now, sorted by name. */
export function findLost(before: Served, after: Served, cluster: Cluster): readonly LostService[] {
  const lossOf = lossesIn(cluster);
  return [...before.services]
    .filter(([name]) => !after.services.has(name))
    .map(([name, { onlyNode }]) => ({ name, loss: lossOf(name), onlyNode }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Services of a list that no whole list has, without anything to compare it with; sorted by name. */
export function findUnexplained(cluster: Cluster): readonly LostService[] {
  const lossOf = lossesIn(cluster);
  const names = new Set([
    ...cluster.services.map((each) => serviceKey(each.namespace, each.name)),
    ...cluster.endpointSlices.flatMap(({ namespace, serviceName }) =>
      serviceName === undefined ? [] : [serviceKey(namespace, serviceName)],
    ),
  ]);
  return [...names]
    .map((name) => ({ name, loss: lossOf(name), onlyNode: undefined }))
    .filter(isUnexplained)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Only an incomplete list explains it. */
export const isUnexplained = ({ loss }: LostService): boolean =>
  loss === 'slices-missing' || loss === 'service-missing';

function lossesIn(cluster: Cluster): (name: string) => Loss {
  const present = new Map(
    cluster.services.map((service) => [serviceKey(service.namespace, service.name), service]),
  );
  const sliced = new Set<string>();
  const made = new Set<string>();
  for (const slice of cluster.endpointSlices) {
    if (slice.serviceName === undefined) continue;
    const owner = serviceKey(slice.namespace, slice.serviceName);
    sliced.add(owner);
    if (isMadeByController(slice)) made.add(owner);
  }
  for (const endpoints of cluster.endpoints) {
    // Where there is a selector they are only a copy of the slices, and not used (E3).
    if (isMadeByController(endpoints)) made.add(serviceKey(endpoints.namespace, endpoints.name));
  }
  return (name) => {
    const service = present.get(name);
    if (service === undefined) return made.has(name) ? 'service-missing' : 'deleted';
    return service.hasSelector && !sliced.has(name) ? 'slices-missing' : 'emptied';
  };
}

/**
 * The controllers name themselves in a label, and the Service as owner: what they make ends with the
 * Service. A slice that people wrote may stay behind.
 */
function isMadeByController({ object }: EndpointSlice | Endpoints): boolean {
  const metadata = recordOf(object.value['metadata']);
  const labels = recordOf(metadata['labels']);
  const owners = metadata['ownerReferences'];
  return (
    isController(labels['endpointslice.kubernetes.io/managed-by']) ||
    isController(labels['endpoints.kubernetes.io/managed-by']) ||
    (Array.isArray(owners) && owners.some((owner) => recordOf(owner)['kind'] === 'Service'))
  );
}

/** `endpointslice-controller.k8s.io`, `endpointslicemirroring-controller.k8s.io`, `endpoint-controller`. */
const isController = (name: unknown): boolean =>
  typeof name === 'string' && /controller(\.k8s\.io)?$/.test(name);

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
