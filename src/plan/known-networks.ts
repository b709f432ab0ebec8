import type { Cluster, Service } from '../model/cluster.ts';
import { compareSeniority } from '../model/seniority.ts';
import type { Settings } from '../model/settings.ts';
import { type Address, addressToBigInt, familyOf, ipv4ToNumber } from '../net/address.ts';
import { type Cidr, cidrContains, cidrRange, formatCidr, parseCidr } from '../net/cidr.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import { type EndpointSources, serviceKey } from './endpoint-sources.ts';
import type { Owners } from './owners.ts';

/** What is known of addresses, whoever claims them. */
export interface KnownNetworks {
  /** By address: the node's name, or '' for one that options give. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly owners: Owners;
  /** By address: the oldest Service that has it as a load-balancer IP. */
  readonly vips: ReadonlyMap<string, Service>;
  readonly serviceCIDRs: readonly Cidr[];
  /** Whether pods have such addresses; undefined where no pod network of the family is known. */
  readonly isPodAddress: (address: string) => boolean | undefined;
}

export function knownNetworks(cluster: Cluster, settings: Settings, owners: Owners): KnownNetworks {
  const nodes = new Map(settings.nodeIPs.map(({ text }) => [text, '']));
  for (const { name, addresses } of cluster.nodes)
    for (const address of addresses) nodes.set(address, name);
  const vips = new Map<string, Service>();
  for (const service of cluster.services) {
    for (const { ip, ipMode } of service.ingress) {
      if (ip === undefined || ipMode !== 'VIP') continue;
      const owner = vips.get(ip);
      if (owner === undefined || compareSeniority(service, owner) < 0) vips.set(ip, service);
    }
  }
  const podNetworks = [
    ...settings.clusterCIDRs,
    ...settings.podCIDRs,
    ...cluster.nodes.flatMap(({ podCIDRs }) =>
      podCIDRs.map(parseCidr).filter((cidr) => cidr !== undefined),
    ),
  ];
  return {
    nodes,
    owners,
    vips,
    serviceCIDRs: settings.serviceCIDRs,
    isPodAddress: membership(podNetworks),
  };
}

/** Numbers for IPv4, of which a cluster has hundreds of thousands. */
interface Range {
  readonly first: bigint | number;
  readonly last: bigint | number;
}

function membership(networks: readonly Cidr[]): KnownNetworks['isPodAddress'] {
  const ranges = new Map<IpFamily, readonly Range[]>(
    ipFamilies.map((family) => [
      family,
      disjoint(networks.filter((cidr) => cidr.family === family).map(rangeOf)),
    ]),
  );
  if (networks.length === 0) return () => undefined;
  return (address) => {
    const family = familyOf(address);
    const known = ranges.get(family);
    if (known === undefined || known.length === 0) return undefined;
    return isIn(known, numberOf({ family, text: address }));
  };
}

function rangeOf(cidr: Cidr): Range {
  const { first, last } = cidrRange(cidr);
  return cidr.family === 'IPv4' ? { first: Number(first), last: Number(last) } : { first, last };
}

function numberOf(address: Address): bigint | number {
  return address.family === 'IPv6' ? addressToBigInt(address) : ipv4ToNumber(address.text);
}

function disjoint(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const kept: Range[] = [];
  for (const range of sorted) {
    const last = kept.at(-1);
    if (last === undefined || range.first > last.last) kept.push(range);
    else if (range.last > last.last) kept[kept.length - 1] = { ...last, last: range.last };
  }
  return kept;
}

function isIn(ranges: readonly Range[], value: bigint | number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined || value < range.first) high = middle;
    else if (value > range.last) low = middle + 1;
    else return true;
  }
  return false;
}

/** What speaks against an external IP, to follow "is"; undefined for nothing that is known. */
export function externalIPProblem(
  known: KnownNetworks,
  service: Service,
  address: string,
): string | undefined {
  const owner = known.owners.clusterIPs.get(address);
  if (owner === service || known.vips.get(address) === service) return undefined;
  if (owner !== undefined) return `the cluster IP of Service ${nameOf(owner)}`;
  const common = commonProblem(known, address);
  if (common !== undefined) return common;
  return known.isPodAddress(address) === true ? "in the pods' network" : undefined;
}

/**
 * Of itself no reason to warn: databases and the like beside a cluster are made endpoints in this way.
 */
export const elsewhere = "in none of the pods' networks";

/** Networks that nobody routes on the Internet (IANA's special-purpose registries), other than loopback. */
const special: readonly Cidr[] = [
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
  ...['192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['240.0.0.0/4', 'fc00::/7', 'fe80::/10', '2001:db8::/32', '100::/64'],
]
  .map(parseCidr)
  .filter((cidr) => cidr !== undefined);

function isPublic(text: string): boolean {
  const family = familyOf(text);
  return family !== undefined && !special.some((cidr) => cidrContains(cidr, { family, text }));
}

/** What speaks against an endpoint, to follow "is"; undefined for nothing that is known. */
export function endpointProblem(
  known: KnownNetworks,
  service: Service,
  address: string,
): string | undefined {
  // The control plane writes these: its own addresses, wherever it runs.
  if (service.namespace === 'default' && service.name === 'kubernetes') return undefined;
  return addressProblem(known, address);
}

/**
 * The addresses of endpoints that something speaks against, whichever Service they are for. Nearly always there are
 * none, so that those who tell of them need not look at hundreds of thousands of endpoints each.
 */
export function doubtfulEndpoints(
  known: KnownNetworks,
  { slices, endpoints }: EndpointSources,
): ReadonlySet<string> {
  const doubtful = new Set<string>();
  const judge = (address: string): void => {
    if (addressProblem(known, address) !== undefined) doubtful.add(address);
  };
  for (const ofService of slices.values())
    for (const slice of ofService) {
      if (slice.addressType === 'FQDN') continue;
      for (const { addresses } of slice.endpoints) {
        const address = addresses[0];
        if (address !== undefined) judge(address);
      }
    }
  for (const { subsets } of endpoints.values())
    for (const { addresses, notReadyAddresses } of subsets)
      for (const { ip } of [...addresses, ...notReadyAddresses]) judge(ip);
  return doubtful;
}

function addressProblem(known: KnownNetworks, address: string): string | undefined {
  const owner = known.owners.clusterIPs.get(address);
  if (owner !== undefined) return `the cluster IP of Service ${nameOf(owner)}`;
  const vip = known.vips.get(address);
  if (vip !== undefined) return `a load-balancer IP of Service ${nameOf(vip)}`;
  const common = commonProblem(known, address);
  if (common !== undefined) return common;
  if (known.isPodAddress(address) !== false) return undefined;
  return isPublic(address) ? 'a public address, no pod' : elsewhere;
}

function commonProblem({ nodes, serviceCIDRs }: KnownNetworks, text: string): string | undefined {
  const node = nodes.get(text);
  if (node !== undefined)
    return node === '' ? 'an address of this node' : `an address of Node ${node}`;
  if (serviceCIDRs.length === 0) return undefined;
  const family = familyOf(text);
  const cidr = serviceCIDRs.find((each) => cidrContains(each, { family, text }));
  return cidr === undefined ? undefined : `in the Services' network ${formatCidr(cidr)}`;
}

const nameOf = ({ namespace, name }: Service): string => serviceKey(namespace, name);
