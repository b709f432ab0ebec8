import type { IpFamily } from './family.ts';
import { formatGroups, type Groups, parseGroups } from './ipv6.ts';

/** An IP address in canonical text: dotted decimal, or RFC 5952 lower case (semantics F15). */
export interface Address {
  readonly family: IpFamily;
  readonly text: string;
}

const canonicalQuad =
  /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const dottedQuad = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/**
 * Reads an IP address the way kube-proxy does (Go's "sloppy" parser): octets with leading zeros are
 * decimal. An IPv4-mapped IPv6 address is its IPv4 address, as in Go's net.IP. A zone is refused.
 *
 * @returns undefined when `text` is no IP address.
 */
export function parseAddress(text: string): Address | undefined {
  // A big cluster has hundreds of thousands of addresses, nearly all of them canonical IPv4.
  if (canonicalQuad.test(text)) return { family: 'IPv4', text };
  if (text.includes(':')) {
    const groups = parseGroups(text, quadToGroups);
    return groups === undefined ? undefined : addressFromGroups(groups);
  }
  const octets = parseOctets(text);
  return octets === undefined ? undefined : { family: 'IPv4', text: octets.join('.') };
}

/** The family of a canonical address. */
export const familyOf = (canonical: string): IpFamily =>
  canonical.includes(':') ? 'IPv6' : 'IPv4';

/** `ip:port`, or `[ip]:port` for IPv6: how an endpoint is named (semantics E7). */
export const formatAddressPort = (canonical: string, port: number): string =>
  canonical.includes(':') ? `[${canonical}]:${port}` : `${canonical}:${port}`;

/** The numeric value of a canonical address: 32 bits for IPv4, 128 for IPv6. */
export function addressToBigInt(address: Address): bigint {
  const [units, bits] =
    address.family === 'IPv4'
      ? [parseOctets(address.text), 8n]
      : [parseGroups(address.text, quadToGroups), 16n];
  return (units ?? []).reduce((value, unit) => (value << bits) | BigInt(unit), 0n);
}

/** The inverse of {@link addressToBigInt}. */
export function addressFromBigInt(family: IpFamily, value: bigint): Address {
  const [count, bits] = family === 'IPv4' ? [4, 8n] : [8, 16n];
  const units: number[] = [];
  for (let shift = BigInt(count - 1) * bits; shift >= 0n; shift -= bits) {
    units.push(Number((value >> shift) & ((1n << bits) - 1n)));
  }
  return { family, text: family === 'IPv4' ? units.join('.') : formatGroups(units) };
}

function addressFromGroups(groups: Groups): Address {
  const [high = 0, low = 0] = groups.slice(6);
  const isIPv4Mapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isIPv4Mapped
    ? { family: 'IPv4', text: [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.') }
    : { family: 'IPv6', text: formatGroups(groups) };
}

function parseOctets(text: string): readonly number[] | undefined {
  const octets = dottedQuad.exec(text)?.slice(1).map(Number);
  return octets?.every((octet) => octet <= 255) ? octets : undefined;
}

function quadToGroups(text: string): readonly [number, number] | undefined {
  const octets = parseOctets(text);
  if (octets === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return [(a << 8) | b, (c << 8) | d];
}
