import ipaddr from 'ipaddr.js';
import type { IpFamily } from './family.ts';

/** An IP address in canonical text: dotted decimal, or RFC 5952 lower case (F15). */
export interface Address {
  readonly family: IpFamily;
  readonly text: string;
}

const canonicalIPv4 =
  /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/**
 * IPv6 text that is canonical beyond doubt: at most six groups, none of them zero, and `::` for the
 * rest. Those that begin with `::` are left to the parser, for they may be IPv4 in disguise.
 */
const canonicalIPv6 =
  /^(?=(?:[^:]*:){2,6}[^:]*$)[1-9a-f][\da-f]{0,3}(?::[1-9a-f][\da-f]{0,3})*::(?:[1-9a-f][\da-f]{0,3}(?::[1-9a-f][\da-f]{0,3})*)?$/;

const dottedQuad = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/**
 * Reads an IP address the way kube-proxy does (Go's "sloppy" parser): octets with leading zeros are
 * decimal. An IPv4-mapped IPv6 address is its IPv4 address, as in Go's net.IP. A zone is refused.
 *
 * @returns undefined when `text` is no IP address.
 */
export function parseAddress(text: string): Address | undefined {
  // A big cluster has hundreds of thousands of addresses, nearly all of them canonical already.
  const family = canonicalFamily(text);
  if (family !== undefined) return { family, text };
  if (text.includes(':')) return parseIPv6(text);
  const octets = parseOctets(text);
  return octets === undefined ? undefined : { family: 'IPv4', text: octets.join('.') };
}

/** The family of a text that is canonical beyond doubt; undefined for any other, address or not. */
export function canonicalFamily(text: string): IpFamily | undefined {
  if (canonicalIPv4.test(text)) return 'IPv4';
  return canonicalIPv6.test(text) ? 'IPv6' : undefined;
}

/** The family of a canonical address. */
export const familyOf = (canonical: string): IpFamily =>
  canonical.includes(':') ? 'IPv6' : 'IPv4';

/** `ip:port`, or `[ip]:port` for IPv6: how an endpoint is named (E7). */
export const formatAddressPort = (canonical: string, port: number): string =>
  canonical.includes(':') ? `[${canonical}]:${port}` : `${canonical}:${port}`;

/** The address of an endpoint's name: the inverse of {@link formatAddressPort}, without the port. */
export const addressOfEndpoint = (endpoint: string): string =>
  endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

/** The numeric value of a canonical address: 32 bits for IPv4, 128 for IPv6. */
export function addressToBigInt(address: Address): bigint {
  if (address.family === 'IPv4') return BigInt(ipv4ToNumber(address.text));
  const bytes = ipaddr.IPv6.parse(address.text).toByteArray();
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

const dot = 46;
const zero = 48;

/** The 32 bits of a canonical IPv4 address, of which a cluster has hundreds of thousands. */
export function ipv4ToNumber(canonical: string): number {
  let value = 0;
  let octet = 0;
  for (let i = 0; i < canonical.length; i++) {
    const code = canonical.charCodeAt(i);
    if (code === dot) {
      value = value * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - zero;
  }
  return value * 256 + octet;
}

/** The inverse of {@link ipv4ToNumber}. */
export const ipv4FromNumber = (value: number): string =>
  `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

/** The inverse of {@link addressToBigInt}. */
export function addressFromBigInt(family: IpFamily, value: bigint): Address {
  if (family === 'IPv4') return { family, text: ipv4FromNumber(Number(value)) };
  const bytes: number[] = [];
  for (let i = 15; i >= 0; i--) bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
  return { family, text: new ipaddr.IPv6(bytes).toRFC5952String() };
}

function parseIPv6(text: string): Address | undefined {
  const hexadecimal = text.includes('.') ? withoutQuad(text) : text;
  if (hexadecimal === undefined || !/^[\da-f:]+$/i.test(hexadecimal)) return undefined;
  if (!ipaddr.IPv6.isValid(hexadecimal)) return undefined;
  const parsed = ipaddr.IPv6.parse(hexadecimal);
  return parsed.isIPv4MappedAddress()
    ? { family: 'IPv4', text: parsed.toIPv4Address().toString() }
    : { family: 'IPv6', text: parsed.toRFC5952String() };
}

/** IPv6 text with the dotted quad at its end made two groups: ipaddr.js would read it as octal. */
function withoutQuad(text: string): string | undefined {
  const start = text.lastIndexOf(':') + 1;
  const octets = parseOctets(text.slice(start));
  if (octets === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return `${text.slice(0, start)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function parseOctets(text: string): readonly number[] | undefined {
  const octets = dottedQuad.exec(text)?.slice(1).map(Number);
  return octets?.every((octet) => octet <= 255) ? octets : undefined;
}
