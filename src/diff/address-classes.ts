import { isWithin } from '../net/cidr.ts';
import { collections } from '../nftables/names.ts';
import { isLoopback } from '../packet/packet.ts';
import { addressRegions } from './address-regions.ts';
import { type Membership, membershipOf } from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';

/** Destination addresses that the sets and rules of both sides treat alike, whatever the port. */
export interface AddressClass {
  /** Some addresses of the class; all of those that a set names one by one. */
  readonly addresses: readonly string[];
  /** What its addresses are in, each without the smaller networks that make other classes; '' for none. */
  readonly networks: readonly string[];
  /** Sets that hold them before and after. */
  readonly before: Membership;
  readonly after: Membership;
  readonly isChanged: boolean;
  readonly isLoopback: boolean;
  /** Known to be this node's. */
  readonly isNode: boolean;
  /** May be this node's: cluster IPs and other addresses of Services are not. */
  readonly mayBeNode: boolean;
}

/** How many addresses of a network are at hand, for when a Service has taken some of them. */
const witnessCount = 4;

/** Every class of addresses of a family; at least one. */
export function addressClasses(pair: FamilyPair): readonly AddressClass[] {
  const { before, after, constants, ipFamily, nodeAddresses, asked } = pair;
  const networks = new Set([
    ...before.index.addressSets.flatMap(({ networks }) => networks),
    ...after.index.addressSets.flatMap(({ networks }) => networks),
    ...constants.destinationNetworks,
    ...asked.destinations,
    ...nodeAddresses,
    ipFamily === 'IPv4' ? '127.0.0.0/8' : '::1',
  ]);
  const named = [...constants.destinationNetworks, ...asked.destinations];
  const classes = new Map<
    string,
    { -readonly [K in keyof AddressClass]: AddressClass[K] } & {
      addresses: string[];
      networks: string[];
    }
  >();
  for (const { network = '', witnesses } of addressRegions(ipFamily, networks)) {
    const addresses = witnesses(witnessCount);
    const [address] = addresses;
    if (address === undefined) continue;
    const was = membershipOf(before.index, address);
    const is = membershipOf(after.index, address);
    const isNode = nodeAddresses.has(address);
    const key = [
      was.text,
      is.text,
      isNode,
      isLoopback(address),
      ...named.map((n) => isWithin(address, n)),
    ].join(' ');
    const same = classes.get(key);
    if (same !== undefined) {
      same.addresses.push(...addresses);
      same.networks.push(network);
      continue;
    }
    classes.set(key, {
      addresses: [...addresses],
      networks: [network],
      before: was,
      after: is,
      isChanged: was.text !== is.text,
      isLoopback: isLoopback(address),
      isNode,
      mayBeNode: isNode || isLoopback(address) || !(isServiceAddress(was) || isServiceAddress(is)),
    });
  }
  return [...classes.values()];
}

/** Cluster IPs are no node's addresses. */
export const isServiceAddress = ({ sets }: Membership): boolean =>
  serviceSets.some((name) => sets.has(name));

const serviceSets = [
  collections.clusterIPs,
  collections.otherProxyClusterIPs,
  collections.serviceCIDRs,
];

/**
 * An address for the node where none is known: one that node ports listen on, if there is one, so that
 * node ports can be compared.
 */
export function assumedNodeAddress(pair: FamilyPair): string | undefined {
  if (pair.nodeAddresses.size > 0) return undefined;
  const candidates = addressClasses(pair).filter(
    ({ mayBeNode, isLoopback: isLoop }) => mayBeNode && !isLoop,
  );
  const listening = candidates.find(({ before, after }) =>
    [before, after].some(({ sets }) => sets.has(collections.nodePortAddresses)),
  );
  return (listening ?? candidates[0])?.addresses.at(-1);
}
