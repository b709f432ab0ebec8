import type { IpFamily } from '../../src/net/family.ts';

/** An address as a number, so that containment is arithmetic, and its normal spelling (F15). */
export interface Ip {
  readonly family: IpFamily;
  readonly value: bigint;
  readonly text: string;
}

export interface Network {
  readonly family: IpFamily;
  readonly first: bigint;
  readonly last: bigint;
}

const bitsOf = (family: IpFamily): number => (family === 'IPv4' ? 32 : 128);

/** F15: IPv4 octets with leading zeros are decimal; IPv6 in its shortest lower-case form. */
export function parseIp(text: string): Ip | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  const groups = parseIpv6Groups(text.toLowerCase());
  if (groups === undefined) return undefined;
  const value = groups.reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
  // Go's net.IP holds an IPv4-mapped address as the IPv4 address.
  if (value >> 32n === 0xffffn) return ipv4(value & 0xffff_ffffn);
  return { family: 'IPv6', value, text: shortestIpv6(groups) };
}

export function mustParseIp(text: string): Ip {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`no IP address: ${text}`);
  return ip;
}

/** R1, R2: white space around it is trimmed, host bits are cut off. */
export function parseNetwork(text: string): Network | undefined {
  const [address, length, ...rest] = text.trim().split('/');
  const ip = parseIp(address ?? '');
  if (ip === undefined || rest.length > 0 || !/^\d+$/.test(length ?? '')) return undefined;
  const hostBits = bitsOf(ip.family) - Number(length);
  if (hostBits < 0) return undefined;
  const size = 2n ** BigInt(hostBits);
  const first = (ip.value / size) * size;
  return { family: ip.family, first, last: first + size - 1n };
}

export const contains = (network: Network, ip: Ip): boolean =>
  network.family === ip.family && network.first <= ip.value && ip.value <= network.last;

export const isEverything = (network: Network): boolean =>
  network.first === 0n && network.last === 2n ** BigInt(bitsOf(network.family)) - 1n;

/** 127.0.0.0/8 and ::1. */
export const isLoopback = (ip: Ip): boolean =>
  ip.family === 'IPv4' ? ip.value >> 24n === 127n : ip.value === 1n;

/** `ip:port`, `[ip]:port` for IPv6 (E7). */
export const ipPort = (ip: Ip, port: number): string =>
  ip.family === 'IPv4' ? `${ip.text}:${port}` : `[${ip.text}]:${port}`;

function ipv4(value: bigint): Ip {
  const octets = [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n);
  return { family: 'IPv4', value, text: octets.join('.') };
}

function parseIpv4(text: string): Ip | undefined {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(text)) return undefined;
  const octets = text.split('.').map(BigInt);
  if (octets.some((octet) => octet > 255n)) return undefined;
  return ipv4(octets.reduce((sum, octet) => sum * 256n + octet, 0n));
}

function parseIpv6Groups(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(group)));
  const left = head ?? [];
  const right = tail ?? [];
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right];
  return groups.some(Number.isNaN) ? undefined : groups;
}

/** One group, or the two groups that a trailing dotted quad stands for. */
function group(text: string): readonly number[] {
  const quad = parseIpv4(text);
  if (quad !== undefined) return [Number(quad.value >> 16n), Number(quad.value & 0xffffn)];
  return [/^[0-9a-f]{1,4}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN];
}

function shortestIpv6(groups: readonly number[]): string {
  let [start, length] = [0, 0];
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const hex = groups.map((value) => value.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
