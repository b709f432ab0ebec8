/** Reads the labels of regions back, as a reader takes them: which addresses and ports are meant. */
import type { Destination } from '../../src/diff/destination.ts';
import { addressFromBigInt, parseAddress } from '../../src/net/address.ts';
import { cidrContains, cidrRange, parseCidr } from '../../src/net/cidr.ts';

/** What both sides hold, of one family. */
export interface RegionContext {
  /** `10.96.0.10 tcp 80` of everything that is named with an address. */
  readonly named: ReadonlySet<string>;
  /** Ports that something names: those of Services, node ports and endpoints. */
  readonly ports: ReadonlySet<number>;
  readonly clusterIPs: readonly string[];
  readonly nodeAddresses: readonly string[];
  /** Networks of cluster IPs. */
  readonly serviceCIDRs: readonly string[];
}

export interface Drawn {
  readonly address: string;
  readonly protocol: Destination['protocol'];
  readonly port: number;
}

const unlistedPorts = [1, 22, 6443, 10250, 41_234, 65_535];

/** Addresses and ports of a label; the example that it was found with is among them. */
export function drawnFrom(destination: Destination, context: RegionContext): readonly Drawn[] {
  const { address, port, protocols, isOnePort } = destination;
  const addresses = new Set([address, ...addressesOf(destination, context)]);
  const ports = isOnePort ? [port] : [...new Set([port, ...context.ports, ...unlistedPorts])];
  return [...addresses].flatMap((to) =>
    protocols.flatMap((protocol) =>
      (protocol === 'icmp' ? [0] : ports)
        .map((each): Drawn => ({ address: to, protocol, port: each }))
        .filter((each) => !context.named.has(`${each.address} ${each.protocol} ${each.port}`)),
    ),
  );
}

function addressesOf(
  { label }: Destination,
  { clusterIPs, nodeAddresses, serviceCIDRs }: RegionContext,
): readonly string[] {
  const listed = /cluster IPs? ((?:[0-9a-f]*[.:][0-9a-f.:]+(?:, )?)+)/.exec(label)?.[1];
  if (listed !== undefined) return listed.split(', ').filter((each) => each !== '');
  if (/unused ports of IPv[46] cluster IPs/.test(label)) return clusterIPs;
  if (/of this node's IPv[46] addresses/.test(label)) return nodeAddresses;
  if (label.includes('IPv4 loopback addresses')) return ['127.0.0.1', '127.3.2.1'];
  const isNobodys = (address: string): boolean =>
    !isInAny(serviceCIDRs, address) &&
    !clusterIPs.includes(address) &&
    !nodeAddresses.includes(address);
  if (label.startsWith('all other IPv4 destinations'))
    return ['8.8.4.4', '100.64.3.3', '192.0.2.55', '172.20.9.9'].filter(isNobodys);
  if (label.startsWith('all other IPv6 destinations'))
    return ['2600::9', 'fd77::3'].filter(isNobodys);
  if (/^unallocated addresses of the IPv[46] Service CIDR/.test(label))
    return serviceCIDRs.flatMap(aroundIn).filter((each) => !clusterIPs.includes(each));
  return [];
}

function isInAny(networks: readonly string[], text: string): boolean {
  const address = parseAddress(text);
  return networks.some((network) => {
    const cidr = parseCidr(network);
    return cidr !== undefined && address !== undefined && cidrContains(cidr, address);
  });
}

/** Its first, middle and last address. */
function aroundIn(network: string): readonly string[] {
  const cidr = parseCidr(network);
  if (cidr === undefined) return [];
  const { first, last } = cidrRange(cidr);
  return [first, (first + last) / 2n, last].map(
    (value) => addressFromBigInt(cidr.family, value).text,
  );
}
