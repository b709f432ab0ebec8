/**
 * The names of natc's tables, sets, maps and chains. A name says what the thing does; the parts that
 * vary follow in a fixed order, so that a reader of `nft list` can take it apart again.
 */
import { type L4Proto, l4protos } from '../net/family.ts';
import type { ServicePortPlan } from '../plan/plan.ts';

/** Fixed: scripts and people rely on it. */
export const tableName = 'natc';

/** Collections that every table has, whatever the input. */
export const collections = {
  services: 'services',
  nodePorts: 'node-ports',
  refusedServices: 'refused-services',
  refusedNodePorts: 'refused-node-ports',
  clusterIPs: 'cluster-ips',
  otherProxyClusterIPs: 'other-proxy-cluster-ips',
  serviceCIDRs: 'service-cidrs',
  nodePortAddresses: 'node-port-addresses',
  protectedServices: 'protected-services',
  allowedSources: 'allowed-sources',
  hairpin: 'hairpin',
} as const;

/** Chains that every table has and that other chains jump to. */
export const chains = {
  dispatch: 'dispatch',
  markForMasquerade: 'mark-for-masquerade',
  refuse: 'refuse',
  sourceRanges: 'source-ranges',
  refuseServices: 'refuse-services',
  refuseNodePorts: 'refuse-node-ports',
  refuseClusterIPs: 'refuse-cluster-ips',
  rememberClients: 'remember-clients',
} as const;

/** How a connection found its Service: by an address (cluster, external, load balancer) or a node port. */
export type Entrance = 'service' | 'node-port';

/** Which of a ServicePort's two endpoint lists is meant. */
export type List = 'cluster' | 'local';

const listPart = (list: List): string => (list === 'local' ? 'local-' : '');
const entrancePart = (entrance: Entrance): string => (entrance === 'node-port' ? 'node-port-' : '');

/** `local-service-endpoints-tcp`: the map from a frontend and an index to an endpoint. */
export const endpointMapName = (entrance: Entrance, list: List, protocol: L4Proto): string =>
  `${listPart(list)}${entrance}-endpoints-${protocol}`;

/** The protocol of the endpoints in each map that {@link endpointMapName} names. */
export const endpointMapNames: ReadonlyMap<string, L4Proto> = new Map(
  (['service', 'node-port'] as const).flatMap((entrance) =>
    (['cluster', 'local'] as const).flatMap((list) =>
      Object.values(l4protos).map(
        (protocol) => [endpointMapName(entrance, list, protocol), protocol] as const,
      ),
    ),
  ),
);

/** `pick-local-node-port-tcp-3`: DNAT to one of 3 endpoints. */
export const pickChainName = (
  entrance: Entrance,
  list: List,
  protocol: L4Proto,
  count: number,
): string => `pick-${listPart(list)}${entrancePart(entrance)}${protocol}-${count}`;

export const masqueradeChainName = (target: string): string => `masquerade-${target}`;

/** `external-local-tcp-3-1`: external traffic policy Local with 3 endpoints, 1 of them local. */
export const externalLocalChainName = (
  entrance: Entrance,
  protocol: L4Proto,
  count: number,
  localCount: number,
): string => `external-local-${entrancePart(entrance)}${protocol}-${count}-${localCount}`;

/**
 * `shop/web/tcp/http`: the part of a name that stands for one ServicePort (it ends in `/` when the
 * port is unnamed). At most 63 + 63 + 4 + 63 characters and 3 slashes, which with the longest prefix
 * stays below nft's 255.
 */
export const servicePortPart = (servicePort: ServicePortPlan): string =>
  [
    servicePort.namespace,
    servicePort.service,
    servicePort.protocol.toLowerCase(),
    servicePort.portName,
  ].join('/');

/** `sticky-local-node-port/shop/web/tcp/http`: the client's pinned endpoint, else pick one. */
export const stickyChainName = (
  entrance: Entrance,
  list: List,
  servicePort: ServicePortPlan,
): string => `sticky-${listPart(list)}${entrance}/${servicePortPart(servicePort)}`;

export const stickyExternalLocalChainName = (
  entrance: Entrance,
  servicePort: ServicePortPlan,
): string => `external-local-${entrance}/${servicePortPart(servicePort)}`;

export const learnChainName = (servicePort: ServicePortPlan): string =>
  `learn/${servicePortPart(servicePort)}`;

/** `clients-local/shop/web/tcp/http/8080`: client address to endpoint address, for one target port. */
export const clientMapName = (
  list: List,
  servicePort: ServicePortPlan,
  endpointPort: number,
): string =>
  `clients${list === 'local' ? '-local' : ''}/${servicePortPart(servicePort)}/${endpointPort}`;

/** What {@link clientMapName} put together: `shop/web/tcp` and the port's name. */
export function clientMapNameParts(name: string): {
  readonly service: string;
  readonly portName: string;
} {
  const [, namespace = '', service = '', protocol = '', portName = ''] = name.split('/');
  return { service: `${namespace}/${service}/${protocol}`, portName };
}

/**
 * `shop/web/tcp 8080` of `clients-local/shop/web/tcp/http/8080`: maps that a change of the Service carries
 * pins between (A13). Another name stays as it is.
 */
export function clientsOf(name: string): string {
  const { service } = clientMapNameParts(name);
  const endpointPort = name.split('/').at(-1);
  return name.startsWith('clients/') || name.startsWith('clients-local/')
    ? `${service} ${endpointPort}`
    : name;
}

/** Whether two client maps are for the same list of endpoints, of whichever ServicePorts. */
export const isOfSameList = (a: string, b: string): boolean => a.split('/')[0] === b.split('/')[0];

/** The map of the same ServicePort and target port for the other list. */
export const otherListsMapName = (name: string): string =>
  name.startsWith('clients-local/')
    ? name.replace('clients-local/', 'clients/')
    : name.replace('clients/', 'clients-local/');

export const endpointSetName = (list: List, servicePort: ServicePortPlan): string =>
  `${listPart(list)}endpoints/${servicePortPart(servicePort)}`;

/** `sticky-services-tcp`: from the original destination to the learn chain. */
export const stickyMapName = (entrance: Entrance, protocol: L4Proto): string =>
  entrance === 'service' ? `sticky-services-${protocol}` : `sticky-node-ports-${protocol}`;
