import { isWithin, parseCidr } from '../net/cidr.ts';
import { collections } from '../nftables/names.ts';
import type { AddressClass } from './address-classes.ts';
import type { Destination } from './destination.ts';
import type { FamilyPair } from './family-pair.ts';

const longestList = 3;

type RegionWords = Pick<Destination, 'label' | 'portsOf'>;

const ports = (which: string, portsOf: string): RegionWords => ({
  label: `${which} ports of ${portsOf}`,
  portsOf,
});

/** What a reader calls the ports and addresses that no Service has. */
export function regionLabel(
  addressClass: AddressClass,
  { family }: FamilyPair,
  isLocal: boolean,
): RegionWords {
  const { before, after, addresses } = addressClass;
  const of = family === 'ip' ? 'IPv4' : 'IPv6';
  const isIn = (name: string): readonly [boolean, boolean] => [
    before.sets.has(name),
    after.sets.has(name),
  ];
  const change = (
    name: string,
    gained: RegionWords,
    lost: RegionWords,
    kept: RegionWords,
    moved: RegionWords,
  ): RegionWords | undefined => {
    const [was, is] = isIn(name);
    if (!was && !is) return undefined;
    return was && is ? (addressClass.isChanged ? moved : kept) : is ? gained : lost;
  };
  return (
    change(
      collections.otherProxyClusterIPs,
      { label: `cluster ${list(addresses)}, now served by another proxy` },
      { label: `cluster ${list(addresses)}, formerly served by another proxy` },
      { label: `${of} cluster IPs of another proxy` },
      { label: `cluster ${list(addresses)} of another proxy` },
    ) ??
    change(
      collections.clusterIPs,
      ports('other', `new cluster ${list(addresses)}`),
      ports('all', `former cluster ${list(addresses)}`),
      ports('unused', `${of} cluster IPs`),
      ports('other', `cluster ${list(addresses)}`),
    ) ??
    change(
      collections.serviceCIDRs,
      {
        label: `unallocated addresses that are new in the Service CIDR, such as ${addresses[0]}`,
      },
      { label: `unallocated addresses that left the Service CIDR, such as ${addresses[0]}` },
      { label: `unallocated addresses of the ${of} Service CIDR` },
      { label: `unallocated addresses of the Service CIDR, such as ${addresses[0]}` },
    ) ??
    (addressClass.isLoopback
      ? ports('other', `${of} loopback addresses`)
      : isLocal
        ? ports('other', `this node's ${of} addresses`)
        : { label: `all other ${of} destinations` })
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
    isWithin(part.split('/', 1).join(), network) &&
    (narrower === undefined || narrower.prefixLength > whole.prefixLength)
  );
}

function list(addresses: readonly string[]): string {
  const shown = addresses.slice(0, longestList).join(', ');
  const rest = addresses.length - longestList;
  const word = addresses.length === 1 ? 'IP' : 'IPs';
  return rest > 0 ? `${word} ${shown} and ${rest} more` : `${word} ${shown}`;
}
