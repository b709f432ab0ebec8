import ipaddr from 'ipaddr.js';
import type { IpFamily } from './family.ts';

/** An IP address in canonical text: dotted decimal, or RFC 5952 lower case (semantics F15). */
export interface Address {
  readonly family: IpFamily;
  readonly text: string;
}

const dottedQuad = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/**
 * Reads an IP address the way kube-proxy does (Go's "sloppy" parser): octets with leading zeros are
 * decimal. An IPv4-mapped IPv6 address is its IPv4 address, as in Go's net.IP. A zone is refused.
 *
 * @returns undefined when `text` is no IP address.
 */
export function parseAddress(text: string): Address | undefined {
  const quad = dottedQuad.exec(text);
  if (quad !== null) {
    const octets = quad.slice(1).map(Number);
    return octets.every((octet) => octet <= 255)
      ? { family: 'IPv4', text: octets.join('.') }
      : undefined;
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const parsed = ipaddr.IPv6.parse(text);
  return parsed.isIPv4MappedAddress()
    ? { family: 'IPv4', text: parsed.toIPv4Address().toString() }
    : { family: 'IPv6', text: parsed.toRFC5952String() };
}

/** The numeric value of a canonical address: 32 bits for IPv4, 128 for IPv6. */
export function addressToBigInt(address: Address): bigint {
  const bytes =
    address.family === 'IPv4'
      ? ipaddr.IPv4.parse(address.text).toByteArray()
      : ipaddr.IPv6.parse(address.text).toByteArray();
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The inverse of {@link addressToBigInt}. */
export function addressFromBigInt(family: IpFamily, value: bigint): Address {
  const length = family === 'IPv4' ? 4 : 16;
  const bytes: number[] = [];
  for (let i = length - 1; i >= 0; i--) bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
  const text = family === 'IPv4' ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
  return { family, text };
}
