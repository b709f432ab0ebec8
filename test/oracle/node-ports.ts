/** Section 8 with ND1, ND2: where node ports listen. */
import type { IpFamily } from '../../src/net/family.ts';
import { contains, type Ip, isEverything, isLoopback, type Network, parseNetwork } from './ip.ts';
import { isLocalAddress, primaryIP } from './node.ts';
import type { World } from './world.ts';

/** Does a node port answer on this address? */
export function servesNodePorts(world: World, to: Ip): boolean {
  if (!isLocalAddress(world, to)) return false; // N12
  if (isLoopback(to)) return servesLoopback(world, to);
  return coveredBy(nodePortNetworks(world, to.family), to);
}

/** ND2: IPv4 only, and only while `localhostNodePorts` is on. */
function servesLoopback(world: World, to: Ip): boolean {
  if (to.family === 'IPv6' || world.node.localhostNodePorts === false) return false;
  return coveredBy(nodePortNetworks(world, 'IPv4'), to);
}

/** N10: localhost node ports are on, and so is the guard of the loopback. */
export function isLoopbackOpen(world: World): boolean {
  if (world.node.localhostNodePorts === false) return false;
  const networks = nodePortNetworks(world, 'IPv4');
  return networks.some((network) => network.last >> 24n >= 127n && network.first >> 24n <= 127n);
}

/** N5 falls out: a network of everything contains every address. */
const coveredBy = (networks: readonly Network[], to: Ip): boolean =>
  networks.some((network) => contains(network, to));

/** N2-N5, ND1. */
function nodePortNetworks(world: World, family: IpFamily): readonly Network[] {
  const networks = world.node.nodePortAddresses
    .flatMap((word) => spelledOut(world, word))
    .map(parseNetwork)
    .filter((network) => network !== undefined)
    .filter((network) => network.family === family);
  const everything = parseNetwork(family === 'IPv4' ? '0.0.0.0/0' : '::/0');
  if (everything === undefined) throw new Error('unreachable');
  // N4 (ND1 for the empty list, ND7 for entries of the other family only)
  if (networks.length === 0 || networks.some(isEverything)) return [everything];
  return networks;
}

function spelledOut(world: World, word: string): readonly string[] {
  switch (word) {
    case 'primary': // N2
      return [
        hostNetwork(primaryIP(world, 'IPv4'), 32),
        hostNetwork(primaryIP(world, 'IPv6'), 128),
      ];
    case 'localhost':
      return ['127.0.0.0/8', '::1/128'];
    case 'all':
      return ['0.0.0.0/0', '::/0'];
    default:
      return [word];
  }
}

const hostNetwork = (ip: Ip | undefined, length: number): string =>
  ip === undefined || isLoopback(ip) ? '' : `${ip.text}/${length}`;
