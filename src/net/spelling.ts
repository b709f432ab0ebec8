import type { Address } from './address.ts';
import type { Cidr } from './cidr.ts';
import { formatCidr } from './cidr.ts';

/**
 * How an address or network is written: `ambiguous` when programs read it differently (leading zeros, an
 * IPv4 address as an IPv6 one, bits beyond the prefix length), `long` when all read the same but it is not
 * the canonical text of an IPv6 address (RFC 5952).
 */
export type Spelling = 'canonical' | 'long' | 'ambiguous';

/** @param text what {@link Address} was parsed from */
export function addressSpelling(text: string, address: Address): Spelling {
  if (text === address.text) return 'canonical';
  return address.family === 'IPv4' || hasLeadingZeros(text) ? 'ambiguous' : 'long';
}

/** @param text what {@link Cidr} was parsed from; `address` is its part before the slash, parsed */
export function cidrSpelling(text: string, cidr: Cidr, address: Address | undefined): Spelling {
  if (text === formatCidr(cidr)) return 'canonical';
  const [before = '', length = ''] = text.split('/');
  const isWhole = address?.text === cidr.address && length === String(cidr.prefixLength);
  return cidr.family === 'IPv4' || !isWhole || hasLeadingZeros(before) ? 'ambiguous' : 'long';
}

/** In the dotted quad at the end of an IPv6 address, or a group of more than four digits. */
const hasLeadingZeros = (text: string): boolean =>
  /(^|[.:])0\d+(\.|$)/.test(
    text.slice(text.indexOf('.') < 0 ? text.length : text.lastIndexOf(':')),
  ) || /[\da-f]{5}/i.test(text);
