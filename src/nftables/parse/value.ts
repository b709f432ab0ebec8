import { parseAddress } from '../../net/address.ts';
import { formatCidr, parseCidr } from '../../net/cidr.ts';
import type { L4Proto, NftFamily } from '../../net/family.ts';
import type { Selector } from '../ast.ts';
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
  const { text } = scanner.peek();
  const protocol = Object.hasOwn(protocols, text) ? protocols[text] : undefined;
  if (protocol === undefined) scanner.fail('expected tcp, udp or sctp');
  scanner.next();
  return protocol;
}

/** An address or a network of the table's family, in canonical text. */
export function parseNetwork(scanner: Scanner, family: NftFamily): string {
  const network = parseNetworks(scanner, family);
  return typeof network === 'string' ? network : scanner.fail('expected one network before it');
}

/**
 * One field of an element: its value, or several where nft prints neighbours in an interval set as one
 * range.
 */
export function parseField(
  scanner: Scanner,
  family: NftFamily,
  selector: Selector,
): string | number | readonly string[] {
  switch (selector) {
    case 'saddr':
    case 'daddr':
    case 'ct original daddr':
      return parseNetworks(scanner, family);
    case 'l4proto':
      return parseProtocol(scanner);
    default:
      return scanner.number('a number');
  }
}

function parseNetworks(scanner: Scanner, family: NftFamily): string | readonly string[] {
  const networks = readNetworks(scanner.peek().text);
  const first = typeof networks === 'string' ? networks : networks?.[0];
  if (networks === undefined || first?.includes(':') !== (family === 'ip6')) {
    scanner.fail(`expected an IPv${family === 'ip' ? '4' : '6'} address or network`);
  }
  scanner.next();
  return networks;
}

/** The networks of a range are all of one family. */
function readNetworks(text: string): string | readonly string[] | undefined {
  if (text.includes('/')) {
    const cidr = parseCidr(text);
    return cidr && formatCidr(cidr);
  }
  if (!text.includes('-')) return parseAddress(text)?.text;
  const [first, last, ...rest] = text.split('-').map(parseAddress);
  return rest.length === 0 && first && last ? rangeCidrs(first, last) : undefined;
}
