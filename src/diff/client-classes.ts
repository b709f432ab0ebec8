import { formatNetwork, parseCidr } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';
import { isLoopback } from '../packet/packet.ts';
import { addressRegions } from './address-regions.ts';
import type { ProgramConstants } from './program.ts';

/** Clients that no rule of either side tells apart, and one of them. */
export interface ClientClass {
  readonly address: string;
  /** '' for a process of this node. */
  readonly inInterface: string;
  /** For a reader: `pods (10.180.0.0/16)`, `this node`, `clients in 203.0.113.0/24`. */
  readonly label: string;
  /**
   * `outside`: neither a pod nor on this node, as far as the rulesets tell. `self`: single addresses that
   * rules name, of endpoints that connect to themselves.
   */
  readonly kind: 'node' | 'loopback' | 'pod' | 'outside' | 'self';
  /** The rule's pattern that its interface matches; undefined: none does, or a process of this node. */
  readonly pattern: string | undefined;
  /** The smallest network told apart that it is in; undefined: none, or a process of this node. */
  readonly network: string | undefined;
  /** No rule names a network it is in. */
  readonly isRest: boolean;
  /** Of an address of this node that nobody listed: what its network is called; '' outside all told apart. */
  readonly unlistedIn?: string;
}

export interface ClientSpace {
  readonly family: IpFamily;
  readonly constants: ProgramConstants;
  /** Addresses of this node, both families. */
  readonly nodeAddresses: ReadonlySet<string>;
  /** As in `FamilyPair`. */
  readonly ownPodNetworks: ReadonlySet<string>;
}

/**
 * Every kind of client that the rules tell apart: by source networks and by input interfaces. A source
 * on this node means a process of this node; the kernel takes such packets from nowhere else.
 *
 * @param networks what the elements of one destination tell apart, besides the rules
 * @param selves addresses among them that are the destination, or where it is sent
 */
export function clientClasses(
  space: ClientSpace,
  networks: Iterable<string>,
  selves: ReadonlySet<string>,
): readonly ClientClass[] {
  const { family, nodeAddresses, constants } = space;
  const extra = new Set(networks);
  const local = [...nodeAddresses].filter(
    (address) => address.includes(':') === (family === 'IPv6'),
  );
  const loopback = family === 'IPv4' ? '127.0.0.0/8' : '::1';
  const all = [...constants.sourceNetworks, ...extra, ...local, loopback];
  const classes: ClientClass[] = [];
  const interfaces = interfaceClasses(constants);
  for (const { network, witnesses } of addressRegions(family, all)) {
    const [address] = witnesses(1);
    if (address === undefined || nodeAddresses.has(address) || isLoopback(address)) continue;
    for (const { name, pattern } of interfaces)
      classes.push({
        address,
        inInterface: name,
        ...describe(network, pattern, space, { byInterface: interfaces.length > 1, selves }),
      });
  }
  for (const address of distinctNodeAddresses(family, local, [
    ...constants.sourceNetworks,
    ...extra,
  ]))
    classes.push({ ...ofNode, address, label: 'this node', kind: 'node' });
  classes.push({
    ...ofNode,
    address: family === 'IPv4' ? '127.0.0.1' : '::1',
    label: 'this node, from its loopback address',
    kind: 'loopback',
  });
  return classes;
}

/**
 * Processes of this node that send from addresses of it that nobody listed, one for each network told apart.
 *
 * @param destination is none of them: as an address of this node it is a destination of its own
 */
export function unlistedClients(
  { family, nodeAddresses, constants, ownPodNetworks }: ClientSpace,
  networks: Iterable<string>,
  destination: string,
): readonly ClientClass[] {
  const regions = addressRegions(family, [...constants.sourceNetworks, ...networks]);
  return regions.flatMap(({ network, witnesses }): readonly ClientClass[] => {
    const isUnlisted = (each: string): boolean =>
      each !== destination && !nodeAddresses.has(each) && !isLoopback(each);
    const address = witnesses(3).find(isUnlisted);
    return address === undefined
      ? []
      : [
          {
            ...ofNode,
            address,
            network,
            ...unlistedName(network, ownPodNetworks),
            kind: 'node',
          },
        ];
  });
}

/** @param own networks that are not called by their addresses, since each node has another */
function unlistedName(
  network: string | undefined,
  own: ReadonlySet<string>,
): Required<Pick<ClientClass, 'label' | 'unlistedIn'>> {
  const label = 'this node, at an unlisted address';
  if (network === undefined || isEverything(network)) return { label, unlistedIn: '' };
  const unlistedIn = own.has(network) ? "its pods' network" : network;
  return { label: `${label} in ${unlistedIn}`, unlistedIn };
}

const ofNode = { inInterface: '', isRest: false, network: undefined, pattern: undefined } as const;

/** One of the node's addresses for each region that they are in. */
function distinctNodeAddresses(
  family: IpFamily,
  local: readonly string[],
  networks: readonly string[],
): readonly string[] {
  const byNetworks = new Map<string, string>();
  const parsed = [...new Set(networks)].map((network) => parseCidr(network) ?? network);
  for (const text of local) {
    const membership = parsed
      .map((network) =>
        typeof network === 'string' ? network === text : isInside(network, family, text),
      )
      .join();
    if (!byNetworks.has(membership)) byNetworks.set(membership, text);
  }
  return [...byNetworks.values()];
}

const isInside = (
  network: NonNullable<ReturnType<typeof parseCidr>>,
  family: IpFamily,
  text: string,
): boolean => {
  if (network.family !== family) return false;
  const inner = parseCidr(`${text}/${network.prefixLength}`);
  return inner !== undefined && formatNetwork(inner) === formatNetwork(network);
};

interface InterfaceClass {
  readonly name: string;
  /** The rule's pattern that it matches; undefined for any other interface. */
  readonly pattern: string | undefined;
}

function interfaceClasses({ interfaces }: ProgramConstants): readonly InterfaceClass[] {
  const patterns = [...interfaces].filter((name) => name !== 'lo').sort();
  const matched = (name: string): string =>
    patterns
      .filter((pattern) =>
        pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
      )
      .join();
  const byMatches = new Map<string, InterfaceClass>();
  const offer = (name: string, pattern: string | undefined): void => {
    const matches = matched(name);
    if ((pattern === undefined) !== (matches === '')) return;
    if (!byMatches.has(matches)) byMatches.set(matches, { name, pattern });
  };
  for (const name of ['eth0', 'ens3', 'net0', 'wan0']) offer(name, undefined);
  for (const pattern of patterns) {
    const stem = pattern.replace(/\*$/, '');
    offer(pattern.endsWith('*') ? `${stem}0` : stem, pattern);
    if (pattern.endsWith('*')) for (const tail of ['', '-x', 'zz9']) offer(stem + tail, pattern);
  }
  return [...byMatches.values()];
}

function describe(
  network: string | undefined,
  pattern: string | undefined,
  { constants: { sourceNetworks }, ownPodNetworks }: ClientSpace,
  { byInterface, selves }: { readonly byInterface: boolean; readonly selves: ReadonlySet<string> },
): Pick<ClientClass, 'label' | 'network' | 'pattern' | 'kind' | 'isRest'> {
  const through = byInterface && pattern !== undefined ? ` through ${pattern}` : '';
  if (network !== undefined && selves.has(network))
    return {
      ...{ label: `${network} itself${through}`, network, pattern },
      ...{ kind: 'self', isRest: false },
    };
  if (network !== undefined && sourceNetworks.has(network)) {
    const pods = ownPodNetworks.has(network) ? "this node's pods" : `pods (${network})`;
    return { label: `${pods}${through}`, network, pattern, kind: 'pod', isRest: false };
  }
  const isRest = network === undefined || isEverything(network);
  const own = isRest ? undefined : network;
  if (pattern !== undefined)
    return {
      label: own === undefined ? `pods (${pattern})` : `pods (${pattern}) in ${own}`,
      ...{ network: own, pattern, kind: 'pod', isRest },
    };
  if (own !== undefined) {
    const isOfPods = [...sourceNetworks].some((pods) => isPart(own, pods));
    return {
      label: own.includes('/')
        ? `${isOfPods ? 'pods' : 'clients'} in ${own}`
        : `${isOfPods ? 'pod' : 'client'} ${own}`,
      ...{ network: own, pattern, kind: isOfPods ? 'pod' : 'outside', isRest },
    };
  }
  const isTold = sourceNetworks.size > 0 || byInterface;
  const label = isTold ? 'clients outside' : 'all clients but this node';
  return { label, network: own, pattern, kind: 'outside', isRest };
}

/** Whether all of a network is in another one. */
function isPart(inner: string, outer: string): boolean {
  const cidr = parseCidr(outer);
  const [address = '', length] = inner.split('/');
  if (cidr === undefined) return false;
  const isSmaller = length === undefined || Number(length) >= cidr.prefixLength;
  return isSmaller && isInside(cidr, cidr.family, address);
}

const isEverything = (network: string): boolean => network.endsWith('/0');
