import { collections } from '../../nftables/names.ts';
import type { ClientResult } from '../compare-destination.ts';
import { type Destination, destinationKey } from '../destination.ts';
import { membershipOf } from '../destination-index.ts';
import type { Sides } from './known-differences.ts';
import type { EndpointNodes } from './natc-facts.ts';

/**
 * P6: whether kube-proxy's iptables mode does with a packet for an external address what it does for a cluster IP,
 * where the address is both: to endpoints of the Service, each as often as the others, and with the source of
 * clients that are no pods rewritten.
 */
export function isTakenForClusterIP(
  sides: Sides,
  { kind, address, protocol, port, isLocal }: Destination,
  result: ClientResult,
): boolean {
  const { pair, kubeProxy, natc, mode, facts } = sides;
  if (mode !== 'iptables' || isLocal) return false;
  if (kind !== 'external IP' && kind !== 'load-balancer IP') return false;
  if (!membershipOf(pair[natc].index, address).sets.has(collections.clusterIPs)) return false;
  const { branches } = result[kubeProxy];
  const { index } = pair[natc];
  // An endpoint that is an address of the cluster may stop the packet (E13).
  const mayStop = (endpoint: string): boolean => {
    const { sets } = membershipOf(index, endpoint.replace(/ .*/, ''));
    return sets.has(collections.clusterIPs) || sets.has(collections.serviceCIDRs);
  };
  const shares = new Map(
    branches
      .filter(({ isServed }) => isServed)
      .map((each) => [`${each.destination} ${each.destinationPort}`, each.probability]),
  );
  if (shares.size === 0 || branches.some((each) => !each.isServed && each.verdict === 'accept'))
    return false;
  const lists = facts.listsOf(destinationKey(address, { protocol, port }));
  if (!lists.flatMap(withNodesOf).some((list) => isEven(list, shares, mayStop))) return false;
  // Pods keep their source at a cluster IP, and so does everybody where nothing tells pods apart.
  const { sourceNetworks, interfaces } = pair.constants;
  const isKept =
    result.client.kind === 'pod' ||
    result.client.kind === 'self' ||
    sourceNetworks.size + interfaces.size === 0;
  return (
    isKept ||
    branches.every(
      ({ isServed, masquerade, destination }) =>
        !isServed || masquerade || result.nodeAddresses.has(destination),
    )
  );
}

/** A list, and what is left of it under internal traffic policy Local. */
function withNodesOf(list: EndpointNodes): readonly (readonly string[])[] {
  const nodes = new Set([...list.values()].filter((node) => node !== undefined));
  const own = (node: string) =>
    [...list].flatMap(([endpoint, name]) => (name === node ? endpoint : []));
  return [[...list.keys()], ...[...nodes].map(own)];
}

/** Whether each endpoint of a list gets as much as the others, but for those that stop packets. */
const isEven = (
  list: readonly string[],
  shares: ReadonlyMap<string, number>,
  mayStop: (endpoint: string) => boolean,
): boolean =>
  [...shares.keys()].every((endpoint) => list.includes(endpoint)) &&
  list.every((endpoint) => {
    const share = shares.get(endpoint);
    return share === undefined ? mayStop(endpoint) : Math.abs(share - 1 / list.length) < 1e-9;
  });
