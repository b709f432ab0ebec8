import { familyOf } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import type { WrittenPort, WrittenService } from './service-fields.ts';

/** What the API server would have to allocate for a Service. */
export interface Needs {
  /** The families it gets, in their order; those of `clusterIPs` first. */
  readonly families: readonly IpFamily[];
  /** Those of them for which no cluster IP is given. */
  readonly addresses: readonly IpFamily[];
  /** Ports that get a number of their own. */
  readonly nodePorts: readonly WrittenPort[];
  readonly healthCheckNodePort: boolean;
}

export type Refusal =
  | { readonly kind: 'not-dual-stack' }
  | { readonly kind: 'family'; readonly family: IpFamily; readonly index: number };

const needsNothing: Needs = {
  families: [],
  addresses: [],
  nodePorts: [],
  healthCheckNodePort: false,
};

/**
 * What is missing of a Service, as the API server finds it out when the Service is created.
 *
 * @param cluster the families of the cluster's service networks, the primary one first
 */
export function needsOf(
  service: WrittenService,
  cluster: readonly IpFamily[],
): Needs | { readonly refusal: Refusal } {
  const { type, isHeadless, isStored, clusterIPs, healthCheckNodePort } = service;
  if (type === 'ExternalName' || isHeadless || clusterIPs === undefined) return needsNothing;
  if (isStored && clusterIPs.length > 0) return needsNothing;
  const families = familiesOf(service, cluster);
  if (families === undefined) return needsNothing;
  if ('refusal' in families) return families;
  const given = new Set(clusterIPs.map(familyOf));
  return {
    families,
    addresses: families.filter((family) => !given.has(family)),
    nodePorts: needsNodePorts(service) ? portsWithout(service.ports) : [],
    healthCheckNodePort:
      type === 'LoadBalancer' && service.hasLocalPolicy && healthCheckNodePort === 0,
  };
}

/** Of the policies, only these two want both. @returns undefined where what is given cannot be read */
function familiesOf(
  { ipFamilies, ipFamilyPolicy, clusterIPs = [] }: WrittenService,
  cluster: readonly IpFamily[],
): readonly IpFamily[] | { readonly refusal: Refusal } | undefined {
  if (ipFamilies === undefined) return undefined;
  const [primary] = cluster;
  if (ipFamilyPolicy === 'RequireDualStack' && cluster.length < 2 && clusterIPs.length < 2)
    return { refusal: { kind: 'not-dual-stack' } };
  const index = ipFamilies.findIndex((family) => !cluster.includes(family));
  const stranger = ipFamilies[index];
  // Where an address is given, the network that it is from is there, whether natc knows it or not.
  if (stranger !== undefined && clusterIPs.length <= index)
    return { refusal: { kind: 'family', family: stranger, index } };
  const named = [...ipFamilies, ...clusterIPs.slice(ipFamilies.length).map(familyOf)];
  const begun = named.length > 0 || primary === undefined ? named : [primary];
  const isDual = ipFamilyPolicy === 'PreferDualStack' || ipFamilyPolicy === 'RequireDualStack';
  return isDual ? [...new Set([...begun, ...cluster])] : begun;
}

export const needsNodePorts = ({ type, wantsNodePorts }: WrittenService): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && wantsNodePorts);

/**
 * Ports of the same number, of different protocols, share a node port: one that is given for any of them, else
 * that of the first.
 */
function portsWithout(ports: readonly WrittenPort[]): readonly WrittenPort[] {
  const served = new Set(ports.filter(({ nodePort }) => nodePort !== 0).map(({ port }) => port));
  return ports.filter(({ port, nodePort }) => {
    if (nodePort !== 0 || served.has(port)) return false;
    served.add(port);
    return true;
  });
}
