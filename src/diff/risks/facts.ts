import { rulesetFrontends } from '../../explain/frontends.ts';
import type { Cluster, Service } from '../../model/cluster.ts';
import type { Settings } from '../../model/settings.ts';
import { type Cidr, parseCidr } from '../../net/cidr.ts';
import type { Ruleset } from '../../nftables/ast.ts';
import { servicePortOf } from '../../nftables/ast.ts';

/** Services, as `shop/web`, each once, by an address. Lists: there are as many as endpoints, and nearly all have one. */
export type Uses = ReadonlyMap<string, readonly string[]>;

/** What of one side makes a change of another one dangerous. */
export interface SideFacts {
  /** Whose address it is: cluster IP, external IP or load-balancer IP. */
  readonly addresses: Uses;
  /** Whose endpoint it is. */
  readonly endpoints: Uses;
  /** Endpoints with addresses that natc made up. */
  readonly invented: ReadonlySet<string>;
  /** Addresses of every node that is known. */
  readonly nodes: ReadonlySet<string>;
  /** Empty where they are not known, or not all of them. */
  readonly podNetworks: readonly Cidr[];
  /** The API server's and DNS' Services. */
  readonly controlPlane: ReadonlySet<string>;
}

/** Of manifests. */
export function factsOfCluster(cluster: Cluster, settings: Settings): SideFacts {
  const addresses = new Map<string, readonly string[]>();
  for (const service of cluster.services) {
    const ingress = service.type === 'LoadBalancer' ? service.ingress : [];
    const own = [
      ...service.clusterIPs.filter((each) => each !== 'None'),
      ...service.externalIPs,
      ...ingress.flatMap(({ ip }) => ip ?? []),
    ];
    for (const address of own) note(addresses, address, [`${service.namespace}/${service.name}`]);
  }
  const endpoints = new Map<string, readonly string[]>();
  const invented = new Set<string>();
  for (const { namespace, serviceName, object, endpoints: own } of cluster.endpointSlices) {
    const users = serviceName === undefined ? undefined : [`${namespace}/${serviceName}`];
    for (const { addresses } of own) {
      for (const address of addresses) {
        if (users !== undefined) note(endpoints, address, users);
        if (object.madeFrom !== undefined) invented.add(address);
      }
    }
  }
  for (const { namespace, name, subsets } of cluster.endpoints)
    for (const { ip } of subsets.flatMap((each) => each.addresses))
      note(endpoints, ip, [`${namespace}/${name}`]);
  return {
    addresses,
    endpoints,
    invented,
    nodes: new Set(cluster.nodes.flatMap((node) => node.addresses)),
    podNetworks: podNetworksOf(cluster, settings),
    controlPlane: new Set(
      cluster.services.filter(isControlPlane).map(({ namespace, name }) => `${namespace}/${name}`),
    ),
  };
}

/** Of a ruleset of which nobody knows what it was made of. */
export function factsOfRuleset({ tables }: Ruleset): SideFacts {
  const addresses = new Map<string, readonly string[]>();
  const endpoints = new Map<string, readonly string[]>();
  for (const table of tables) {
    for (const { address, servicePort } of rulesetFrontends(table))
      if (address !== undefined) note(addresses, address, [servicePort.service]);
    for (const element of table.collections.flatMap(({ elements }) => elements)) {
      const service = servicePortOf(element)?.service;
      if (!('value' in element) || service === undefined) continue;
      const [address] = element.value as readonly (string | number)[];
      note(endpoints, String(address), [service]);
    }
  }
  return {
    ...{ addresses, endpoints, invented: new Set(), nodes: new Set(), podNetworks: [] },
    controlPlane: new Set(controlPlane),
  };
}

/** @param users one Service; the list is shared, since nearly all of a slice's addresses have the same */
function note(
  uses: Map<string, readonly string[]>,
  address: string,
  users: readonly string[],
): void {
  const known = uses.get(address);
  if (known === undefined) uses.set(address, users);
  else if (!users.every((user) => known.includes(user))) uses.set(address, [...known, ...users]);
}

const controlPlane: readonly string[] = [
  'default/kubernetes',
  'kube-system/kube-dns',
  'kube-system/coredns',
];

function isControlPlane({ namespace, name, object }: Service): boolean {
  if (controlPlane.includes(`${namespace}/${name}`)) return true;
  const { labels } = Object(object.value['metadata']) as { readonly labels?: unknown };
  return namespace === 'kube-system' && Object(labels)['k8s-app'] === 'kube-dns';
}

/** Those of the whole cluster: one node's own would make all other pods strangers. */
function podNetworksOf({ nodes }: Cluster, { clusterCIDRs }: Settings): readonly Cidr[] {
  if (clusterCIDRs.length > 0) return clusterCIDRs;
  const known = nodes.map(({ podCIDRs }) => podCIDRs);
  if (known.some((own) => own.length === 0)) return [];
  return known.flat().flatMap((cidr) => parseCidr(cidr) ?? []);
}
