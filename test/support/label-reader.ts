/** Reads the labels of clients back, as a reader takes them: who is meant, and who is not. */
import { addressToBigInt, parseAddress } from '../../src/net/address.ts';
import { cidrContains, cidrRange, parseCidr } from '../../src/net/cidr.ts';
import { isLoopback } from '../../src/packet/packet.ts';

export interface Client {
  readonly address: string;
  /** '' for a process of the node. */
  readonly inInterface: string;
}

/** What labels take for known. */
export interface LabelContext {
  readonly podNetworks: ReadonlySet<string>;
  /** Patterns of pods' interfaces. */
  readonly interfaces: ReadonlySet<string>;
  readonly nodeAddresses: ReadonlySet<string>;
}

/** Whether a client is one of those that a label names. @throws for a label that it cannot read */
export function isMeant(label: string, client: Client, context: LabelContext): boolean {
  const { address, inInterface } = client;
  const isNode = inInterface === '';
  const mark = / \(except (.*)\)$/.exec(label);
  if (mark !== null && !/^this node(?!, at)/.test(label)) {
    const base = label.slice(0, mark.index);
    return isMeant(base, client, context) && !isListed(mark[1] ?? '', client);
  }
  if (label === 'everyone') return !isLoopback(address);
  if (label === 'this node') return isNode && !isLoopback(address);
  const from = /^this node \(from (.*)\)$/.exec(label);
  if (from !== null) return isNode && address === from[1];
  if (label === 'this node, from its loopback address') return isNode && isLoopback(address);
  const unlisted = /^this node, at an unlisted address(?: in (\S+))?$/.exec(label);
  if (unlisted !== null)
    return (
      isNode &&
      !isLoopback(address) &&
      !context.nodeAddresses.has(address) &&
      (unlisted[1] === undefined || isIn(address, unlisted[1]))
    );
  if (isNode) return false;
  if (label === 'all clients but this node') return true;
  if (label === 'clients outside')
    return (
      ![...context.podNetworks].some((network) => isIn(address, network)) &&
      ![...context.interfaces].some((pattern) => isThrough(inInterface, pattern))
    );
  const self = /^(\S+) itself(?: (not )?through (.*))?$/.exec(label);
  if (self !== null) {
    const [, own, not, through] = self;
    return (
      address === own &&
      (through === undefined || isListed(through, client) === (not === undefined))
    );
  }
  const one = /^(?:client|pod) (\S+)(?: not through (.*))?$/.exec(label);
  if (one !== null) return address === one[1] && !isListed(one[2] ?? '', client);
  const pods = /^pods \((\S+?)(?: except ([^)]*))?\)(?: in (\S+))?(?: (not )?through (.*))?$/.exec(
    label,
  );
  if (pods !== null) {
    const [, what = '', except = '', inside, not, through] = pods;
    if (!isIn(address, what) && !isThrough(inInterface, what)) return false;
    if (isListed(except, client) || (inside !== undefined && !isIn(address, inside))) return false;
    return through === undefined || isListed(through, client) === (not === undefined);
  }
  const some = /^(?:clients|pods) in (\S+)(?: not through (.*))?$/.exec(label);
  if (some !== null) return isIn(address, some[1] ?? '') && !isListed(some[2] ?? '', client);
  throw new Error(`no label that anybody can read: ${label}`);
}

const isListed = (list: string, { address, inInterface }: Client): boolean =>
  list
    .split(', ')
    .some((each) =>
      each.endsWith(' itself')
        ? address === each.slice(0, -' itself'.length)
        : isIn(address, each) || isThrough(inInterface, each),
    );

const isThrough = (name: string, pattern: string): boolean =>
  name !== '' && (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

function isIn(address: string, network: string): boolean {
  const cidr = parseCidr(network);
  const parsed = parseAddress(address);
  if (cidr === undefined) return address === network;
  return parsed !== undefined && cidrContains(cidr, parsed);
}

/** Addresses in and around a network: its ends, its middle, and the neighbours outside. */
export function around(network: string): readonly bigint[] {
  const cidr = parseCidr(network);
  if (cidr === undefined) {
    const address = parseAddress(network);
    return address === undefined ? [] : [addressToBigInt(address)];
  }
  const { first, last } = cidrRange(cidr);
  return [first, first + 1n, (first + last) / 2n, last - 1n, last, last + 1n, first - 1n];
}
