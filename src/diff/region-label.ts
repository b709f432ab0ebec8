import { isWithin, parseCidr } from '../net/cidr.ts';
import { collections } from '../nftables/names.ts';
import type { AddressClass } from './address-classes.ts';
import type { FamilyPair } from './family-pair.ts';

const longestList = 3;

/** What a reader calls the ports and addresses that no Service has. */
export function regionLabel(
  addressClass: AddressClass,
  { family }: FamilyPair,
  isLocal: boolean,
): string {
  const { before, after, addresses } = addressClass;
  const of = family === 'ip' ? 'IPv4' : 'IPv6';
  const isIn = (name: string): readonly [boolean, boolean] => [
    before.sets.has(name),
    after.sets.has(name),
  ];
  const change = (
    name: string,
    gained: string,
    lost: string,
    kept: string,
    moved: string,
  ): string | undefined => {
    const [was, is] = isIn(name);
    if (!was && !is) return undefined;
    return was && is ? (addressClass.isChanged ? moved : kept) : is ? gained : lost;
  };
  return (
    change(
      collections.otherProxyClusterIPs,
      `cluster ${list(addresses)}, now served by another proxy`,
      `cluster ${list(addresses)}, formerly served by another proxy`,
      `${of} cluster IPs of another proxy`,
      `cluster ${list(addresses)} of another proxy`,
    ) ??
    change(
      collections.clusterIPs,
      `other ports of new cluster ${list(addresses)}`,
      `all ports of former cluster ${list(addresses)}`,
      `unused ports of ${of} cluster IPs`,
      `other ports of cluster ${list(addresses)}`,
    ) ??
    change(
      collections.serviceCIDRs,
      `unallocated addresses that are new in the Service CIDR, such as ${addresses[0]}`,
      `unallocated addresses that left the Service CIDR, such as ${addresses[0]}`,
      `unallocated addresses of the ${of} Service CIDR`,
      `unallocated addresses of the Service CIDR, such as ${addresses[0]}`,
    ) ??
    (addressClass.isLoopback
      ? `other ports of ${of} loopback addresses`
      : isLocal
        ? `other ports of this node's ${of} addresses`
        : `all other ${of} destinations`)
  );
}

/**
 * Addresses of this node that are told apart from its others: known ones by name, others by their network.
 *
 * @param classes all of the family: what some of them are within that network, is not meant
 */
export function nodeAddressesText(
  { isNode, addresses, networks }: AddressClass,
  { isNodeKnown }: FamilyPair,
  classes: readonly AddressClass[],
): string {
  const known = addresses.slice(0, longestList).join(', ');
  if (isNode && isNodeKnown) return addresses.length > longestList ? `${known} and others` : known;
  const named = networks.filter((network) => network.includes('/') && !network.endsWith('/0'));
  if (named.length === 0 || named.length < networks.length) return 'any other address of this node';
  const isShared = classes.some(
    ({ mayBeNode, networks: others }) =>
      mayBeNode && others.some((other) => named.some((network) => isPartOf(other, network))),
  );
  return `${isShared ? 'other addresses' : 'addresses'} of this node in ${named.join(', ')}`;
}

/** Whether a network, or an address, is a part of another. */
function isPartOf(part: string, network: string): boolean {
  const [whole, narrower] = [parseCidr(network), parseCidr(part)];
  return (
    whole !== undefined &&
    isWithin(part.replace(/\/.*/, ''), network) &&
    (narrower === undefined || narrower.prefixLength > whole.prefixLength)
  );
}

function list(addresses: readonly string[]): string {
  const shown = addresses.slice(0, longestList).join(', ');
  const rest = addresses.length - longestList;
  const word = addresses.length === 1 ? 'IP' : 'IPs';
  return rest > 0 ? `${word} ${shown} and ${rest} more` : `${word} ${shown}`;
}
