/**
 * Where node ports listen (N1 to N12, ND1, ND2).
 */
import type { NodePortAddress, Settings } from '../model/settings.ts';
import { addressBits, type Cidr, cidrRange, networkOf, normaliseCidrs } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';
import type { NodeFacts } from './node-facts.ts';
import type { NodePortAddresses } from './plan.ts';

const everywhere: Readonly<Record<IpFamily, Cidr>> = {
  IPv4: { family: 'IPv4', address: '0.0.0.0', prefixLength: 0 },
  IPv6: { family: 'IPv6', address: '::', prefixLength: 0 },
};

const loopback: Readonly<Record<IpFamily, Cidr>> = {
  IPv4: { family: 'IPv4', address: '127.0.0.0', prefixLength: 8 },
  IPv6: { family: 'IPv6', address: '::1', prefixLength: 128 },
};

/**
 * N4: no entry of this family means all addresses; N5: so does a zero-length prefix. ND10: `primary` means
 * none where the node has addresses that cannot be read, and no flag gives one of this family.
 */
export function nodePortAddresses(
  settings: Settings,
  node: Pick<NodeFacts, 'primaryIPs' | 'hasUnreadableAddresses'>,
  family: IpFamily,
): NodePortAddresses {
  const listed = listedCidrs(settings, node, family);
  if (listed.length === 0 && isPrimaryHidden(settings, node))
    return { cidrs: [loopback[family]], loopback: false };
  const cidrs = listed.length === 0 ? [everywhere[family]] : normaliseCidrs(listed);
  return {
    cidrs,
    loopback:
      family === 'IPv4' &&
      settings.localhostNodePorts &&
      cidrs.some((cidr) => overlaps(cidr, loopback.IPv4)),
  };
}

/** Whether a primary address is asked for that an unreadable Node object may give. */
export const isPrimaryHidden = (
  { nodePortAddresses: entries }: Settings,
  node: Pick<NodeFacts, 'hasUnreadableAddresses'>,
): boolean => node.hasUnreadableAddresses && entries.some(({ kind }) => kind === 'primary');

/** The entries of `--nodeport-addresses` that speak of this family. */
export const listedCidrs = (
  settings: Settings,
  node: Pick<NodeFacts, 'primaryIPs'>,
  family: IpFamily,
): readonly Cidr[] =>
  settings.nodePortAddresses
    .map((entry) => cidrOf(entry, node, family))
    .filter((cidr) => cidr !== undefined);

function cidrOf(
  entry: NodePortAddress,
  node: Pick<NodeFacts, 'primaryIPs'>,
  family: IpFamily,
): Cidr | undefined {
  switch (entry.kind) {
    case 'all':
      return everywhere[family];
    case 'localhost':
      return loopback[family];
    case 'cidr':
      return entry.cidr.family === family ? entry.cidr : undefined;
    case 'primary': {
      const text = node.primaryIPs[family];
      return text === undefined ? undefined : networkOf({ family, text }, addressBits(family));
    }
  }
}

/** Every address of the network is a loopback address, so nothing outside the node reaches it. */
export const isLoopbackOnly = (cidr: Cidr): boolean => {
  const inner = cidrRange(cidr);
  const outer = cidrRange(loopback[cidr.family]);
  return outer.first <= inner.first && inner.last <= outer.last;
};

function overlaps(a: Cidr, b: Cidr): boolean {
  const left = cidrRange(a);
  const right = cidrRange(b);
  return left.first <= right.last && right.first <= left.last;
}
