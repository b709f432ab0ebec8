/** Section 5: the cluster set and the local set of a service port. */
import type { Endpoint } from './endpoints.ts';
import { zoneOf } from './node.ts';
import type { ServicePort } from './service-ports.ts';
import type { World } from './world.ts';

export interface EndpointSets {
  readonly cluster: readonly Endpoint[];
  readonly local: readonly Endpoint[];
  readonly hasAny: boolean;
}

export function endpointSets(
  world: World,
  port: ServicePort,
  endpoints: readonly Endpoint[],
): EndpointSets {
  const cluster = port.usesClusterSet ? clusterSet(world, endpoints) : []; // T2
  const local = port.usesLocalSet ? localSet(world, endpoints) : []; // T3
  // T4, and T1 as its special case
  const hasAny =
    cluster.length > 0 ||
    (port.usesLocalSet &&
      endpoints.some((endpoint) => endpoint.ready || isServingTerminating(endpoint)));
  return { cluster, local, hasAny };
}

const isServingTerminating = (endpoint: Endpoint): boolean =>
  endpoint.serving && endpoint.terminating;

/** E8 */
export const isOnThisNode = (world: World, endpoint: Endpoint): boolean =>
  endpoint.nodeName !== undefined && endpoint.nodeName === world.node.hostname;

/** T2 */
function clusterSet(world: World, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  if (ready.length === 0) return endpoints.filter(isServingTerminating);
  const isHinted = topology(world, ready);
  return ready.filter(isHinted);
}

/** T2: the topology mode is told from the ready endpoints alone. */
function topology(world: World, ready: readonly Endpoint[]): (endpoint: Endpoint) => boolean {
  const { hostname } = world.node;
  const zone = zoneOf(world);
  const hintedForNode = (endpoint: Endpoint): boolean =>
    hostname !== undefined && endpoint.nodeHints.includes(hostname);
  const hintedForZone = (endpoint: Endpoint): boolean =>
    zone !== undefined && endpoint.zoneHints.includes(zone);
  if (ready.every((endpoint) => endpoint.nodeHints.length > 0) && ready.some(hintedForNode)) {
    return hintedForNode;
  }
  if (ready.every((endpoint) => endpoint.zoneHints.length > 0) && ready.some(hintedForZone)) {
    return hintedForZone;
  }
  return () => true;
}

/** T3 */
function localSet(world: World, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const local = endpoints.filter((endpoint) => isOnThisNode(world, endpoint));
  const ready = local.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : local.filter(isServingTerminating);
}
