import type { Cluster, Node } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { familyOf } from '../net/address.ts';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';

/** What is known of the node we compile for: flags first, then its Node object. */
export interface NodeFacts {
  readonly name: string | undefined;
  /** The Node object called `name`, if it is in the input. */
  readonly node: Node | undefined;
  readonly zone: string | undefined;
  /** The node's primary address of each family (N3), canonical; loopback means unknown (N2). */
  readonly primaryIPs: Readonly<Record<IpFamily, string | undefined>>;
  /** All of its addresses that are known, canonical; both families. */
  readonly addresses: ReadonlySet<string>;
  /** The Node object, or its addresses, cannot be read: flags alone say what it has (ND10). */
  readonly hasUnreadableAddresses: boolean;
  /** In order of preference; both families. */
  readonly podCIDRs: readonly Cidr[];
}

/** Gathers the facts about the node that `settings.nodeName` names (N3, Q5). */
export function nodeFacts(cluster: Cluster, settings: Settings): NodeFacts {
  const name = settings.nodeName;
  const node = name === undefined ? undefined : cluster.nodes.find((each) => each.name === name);
  const addresses = [
    ...settings.nodeIPs.map((address) => address.text),
    ...(node === undefined ? [] : node.addresses),
  ];
  const primaryIP = (family: IpFamily): string | undefined => {
    const first = addresses.find((address) => familyOf(address) === family);
    return first === undefined || isLoopback(first) ? undefined : first;
  };
  const hasUnreadableAddresses =
    node === undefined ? name !== undefined && cluster.hasUnreadableNode : !node.addressesAreWhole;
  const podCIDRs =
    settings.podCIDRs.length > 0
      ? settings.podCIDRs
      : (node?.podCIDRs ?? []).map(parseCidr).filter((cidr) => cidr !== undefined);
  return {
    name,
    node,
    zone: settings.zone ?? node?.zone,
    hasUnreadableAddresses,
    primaryIPs: { IPv4: primaryIP('IPv4'), IPv6: primaryIP('IPv6') },
    addresses: new Set(addresses),
    podCIDRs,
  };
}

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');
