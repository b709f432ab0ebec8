import { addressValue, type Bands, bandAddressText } from '../allocate/bands.ts';
import { chooseValues } from '../allocate/choose.ts';
import { parseAddress } from '../net/address.ts';
import { type Cidr, cidrRange, formatCidr, parseCidr } from '../net/cidr.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import type { NodePlace } from './nodes.ts';
import type { Pod } from './pods.ts';

/**
 * Where nothing tells which networks pods are in: the networks for benchmarks (RFC 2544, RFC 5180), which no
 * cluster has, so that nobody takes such an address for a real one.
 */
const unknownNetworks: Readonly<Record<IpFamily, string>> = {
  IPv4: '198.18.0.0/15',
  IPv6: '2001:2::/48',
};

/** The addresses of pods by their keys, of each family. */
export type PodAddresses = ReadonlyMap<string, ReadonlyMap<IpFamily, string>>;

export interface AddressFacts {
  /** Of all pods, where a node says nothing of its own. */
  readonly podNetworks: readonly Cidr[];
  /** Addresses that something has; canonical. */
  readonly taken: ReadonlySet<string>;
  /** What pods had before. */
  readonly before: PodAddresses;
}

/**
 * Gives each pod an address of each family: a running one has its own, one in the network of its node has the
 * node's, the others get one out of the pods' network by a hash of their name.
 */
export function addressPods(
  pods: readonly Pod[],
  { podNetworks, taken, before }: AddressFacts,
): PodAddresses {
  const given = new Map<string, Map<IpFamily, string>>();
  const set = (pod: Pod, family: IpFamily, address: string): void => {
    const own = given.get(pod.key) ?? new Map<IpFamily, string>();
    given.set(pod.key, own.set(family, address));
  };
  for (const family of ipFamilies) {
    const open = new Map<string, { readonly cidr: Cidr; readonly pods: Pod[] }>();
    const used = new Set([...taken].filter((text) => text.includes(':') === (family === 'IPv6')));
    for (const pod of pods) {
      const own = ownAddress(pod, family);
      const cidr = networkFor(pod.node, family, podNetworks);
      const old = before.get(pod.key)?.get(family);
      if (own !== undefined) set(pod, family, own);
      else if (isRunning(pod)) continue;
      else if (old !== undefined && isIn(cidr, family, old) && !used.has(old)) {
        used.add(old);
        set(pod, family, old);
      } else {
        const entry = open.get(formatCidr(cidr)) ?? { cidr, pods: [] };
        open.set(formatCidr(cidr), entry);
        entry.pods.push(pod);
      }
    }
    for (const addresses of before.values()) used.add(addresses.get(family) ?? '');
    used.delete('');
    for (const { cidr, pods: waiting } of open.values()) {
      const values = new Set([...used].map((text) => addressValue(family, text)));
      const keys = [...new Set(waiting.map(({ key }) => key))];
      const chosen = chooseValues(keys, bandsOf(cidr), values);
      for (const pod of waiting) {
        const value = chosen.get(pod.key);
        if (value === undefined) continue;
        const text = bandAddressText(family, value);
        used.add(text);
        set(pod, family, text);
      }
    }
  }
  return given;
}

const isRunning = ({ workload }: Pod): boolean =>
  workload.running !== undefined && workload.running.addresses.length > 0;

/** That of the kubelet, or of the node where the pod is in its network. */
function ownAddress({ workload, node }: Pod, family: IpFamily): string | undefined {
  const running = workload.running?.addresses
    .map((address) => parseAddress(address))
    .find((address) => address?.family === family);
  if (running !== undefined) return running.text;
  return workload.hostNetwork ? node.addresses.get(family) : undefined;
}

function networkFor(node: NodePlace, family: IpFamily, podNetworks: readonly Cidr[]): Cidr {
  const known =
    node.podNetworks.get(family) ?? podNetworks.find((network) => network.family === family);
  const network = known ?? parseCidr(unknownNetworks[family]);
  if (network === undefined) throw new Error(unknownNetworks[family]);
  return network;
}

/** Neither the network's own address nor the first, which is the bridge's or the router's, nor the last. */
function bandsOf(cidr: Cidr): Bands {
  const { first, last } = cidrRange(cidr);
  return { dynamic: { first: first + 2n, last: last - 1n }, fixed: { first: 1n, last: 0n } };
}

function isIn(cidr: Cidr, family: IpFamily, text: string): boolean {
  const { first, last } = cidrRange(cidr);
  const value = addressValue(family, text);
  return first <= value && value <= last;
}
