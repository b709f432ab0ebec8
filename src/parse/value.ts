import { parseAddress } from '../net/address.ts';
import { formatCidr, parseCidr } from '../net/cidr.ts';
import type { L4Proto, NftFamily, Selector } from '../ruleset/ast.ts';
import { rangeCidrs } from './range.ts';
import type { Scanner } from './scanner.ts';

/** nft prints a number where it has no /etc/protocols. */
const protocols: Readonly<Record<string, L4Proto>> = {
  tcp: 'tcp',
  udp: 'udp',
  sctp: 'sctp',
  '6': 'tcp',
  '17': 'udp',
  '132': 'sctp',
};

export function parseProtocol(scanner: Scanner): L4Proto {
  const protocol = protocols[scanner.peek().text];
  if (protocol === undefined) scanner.fail('expected tcp, udp or sctp');
  scanner.next();
  return protocol;
}

/** An address or a network of the table's family, in canonical text. */
export function parseNetwork(scanner: Scanner, family: NftFamily): string {
  const networks = parseNetworks(scanner, family);
  const [network] = networks;
  if (network === undefined || networks.length > 1) scanner.fail('expected one network');
  return network;
}

/**
 * One field of an element: its value, or several where nft prints adjacent networks of an interval
 * set as one range.
 */
export function parseValues(
  scanner: Scanner,
  family: NftFamily,
  selector: Selector,
): readonly (string | number)[] {
  switch (selector) {
    case 'saddr':
    case 'daddr':
    case 'ct original daddr':
      return parseNetworks(scanner, family);
    case 'l4proto':
      return [parseProtocol(scanner)];
    default:
      return [scanner.number('a number')];
  }
}

function parseNetworks(scanner: Scanner, family: NftFamily): readonly string[] {
  const { text } = scanner.peek();
  const networks = readNetworks(text);
  const isFamily = (network: string): boolean => network.includes(':') === (family === 'ip6');
  if (networks === undefined || !networks.every(isFamily)) {
    scanner.fail(`expected an IPv${family === 'ip' ? '4' : '6'} address or network`);
  }
  scanner.next();
  return networks;
}

function readNetworks(text: string): readonly string[] | undefined {
  if (text.includes('/')) {
    const cidr = parseCidr(text);
    return cidr && [formatCidr(cidr)];
  }
  const [first, last, ...rest] = text.split('-').map(parseAddress);
  if (first === undefined || rest.length > 0) return undefined;
  if (!text.includes('-')) return [first.text];
  return last && rangeCidrs(first, last);
}
