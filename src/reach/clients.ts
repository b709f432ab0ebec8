import type { ClientClass } from '../diff/client-classes.ts';
import type { FamilyPair } from '../diff/family-pair.ts';
import { memoize } from '../diff/memoize.ts';
import { parseAddress } from '../net/address.ts';
import { cidrContains, formatNetwork, isWithin, parseCidr } from '../net/cidr.ts';

/** What kind of client one is, as far as the rules and the options tell. */
export interface ClientFacts {
  /** A process of this node. */
  readonly isNode: boolean;
  /**
   * In a pod network, or behind a pod's interface. Where neither is known, a client that is not on this node
   * may be a pod as well as outside, and counts as both.
   */
  readonly mayBePod: boolean;
  readonly mayBeOutside: boolean;
}

export type JudgeClient = (
  client: Pick<ClientClass, 'address' | 'inInterface' | 'kind'>,
) => ClientFacts;

/** @param podNetworks CIDRs of both families that are known beside those of the rules */
export function judgeOfClients(
  { ipFamily, constants }: FamilyPair,
  podNetworks: readonly string[],
): JudgeClient {
  const networks = [...constants.sourceNetworks, ...podNetworks]
    .map(parseCidr)
    .filter((cidr) => cidr?.family === ipFamily);
  const patterns = [...constants.interfaces].filter((name) => name !== 'lo');
  const isUnknown = networks.length === 0 && patterns.length === 0;
  const isInPodNetwork = memoize((text) => {
    const address = parseAddress(text);
    return networks.some(
      (cidr) => cidr !== undefined && address !== undefined && cidrContains(cidr, address),
    );
  });
  return ({ address, inInterface, kind }) => {
    if (kind === 'node' || kind === 'loopback')
      return { isNode: true, mayBePod: false, mayBeOutside: false };
    const isPod =
      patterns.some((pattern) => matchesInterface(pattern, inInterface)) || isInPodNetwork(address);
    return { isNode: false, mayBePod: isPod || isUnknown, mayBeOutside: !isPod };
  };
}

const matchesInterface = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/** Whom a question is about. */
export type ClientGroup =
  | { readonly kind: 'anyone' | 'outside' | 'pods' | 'node' }
  /** A CIDR, or a single address. */
  | { readonly kind: 'network'; readonly network: string };

/** Whether clients of a class belong to a group; classes are cut so that all of one do or none. */
export function isInGroup(
  group: ClientGroup,
  client: Pick<ClientClass, 'address' | 'inInterface' | 'kind'>,
  judge: JudgeClient,
): boolean {
  switch (group.kind) {
    case 'anyone':
      return true;
    case 'outside':
      return judge(client).mayBeOutside;
    case 'pods':
      return judge(client).mayBePod;
    case 'node':
      return judge(client).isNode;
    case 'network':
      return isWithin(client.address, group.network);
  }
}

/** `outside`, `pods`, `node`, `anyone`, a CIDR or an address; undefined for any other text. */
export function parseClientGroup(text: string): ClientGroup | undefined {
  const kind = groupKinds.find((candidate) => candidate === text);
  if (kind !== undefined) return { kind };
  const cidr = parseCidr(text);
  const network = cidr === undefined ? parseAddress(text)?.text : formatNetwork(cidr);
  return network === undefined ? undefined : { kind: 'network', network };
}

export const groupKinds = ['outside', 'pods', 'node', 'anyone'] as const;

/** `clients outside`, for a sentence. */
export function groupWords(group: ClientGroup): string {
  switch (group.kind) {
    case 'anyone':
      return 'clients of all kinds';
    case 'outside':
      return 'clients outside';
    case 'pods':
      return 'pods';
    case 'node':
      return 'processes of this node';
    case 'network':
      return `clients in ${group.network}`;
  }
}
