import {
  type Address,
  addressFromBigInt,
  addressToBigInt,
  ipv4FromNumber,
  ipv4ToNumber,
  parseAddress,
} from './address.ts';
import type { IpFamily } from './family.ts';

/** A network in canonical text: host bits cut off, e.g. `10.1.0.0/16`. */
export interface Cidr {
  readonly family: IpFamily;
  /** The network address in canonical text. */
  readonly address: string;
  readonly prefixLength: number;
}

export const addressBits = (family: IpFamily): number => (family === 'IPv4' ? 32 : 128);

export const formatCidr = (cidr: Cidr): string => `${cidr.address}/${cidr.prefixLength}`;

/** The same as nft prints it: a network of one address is that address. */
export const formatNetwork = (cidr: Cidr): string =>
  cidr.prefixLength === addressBits(cidr.family) ? cidr.address : formatCidr(cidr);

/**
 * Reads `address/length` the way kube-proxy does: leading zeros are decimal, host bits are cut off
 * (R1, R2).
 *
 * @returns undefined when `text` is no CIDR; a bare address is none.
 */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1] === undefined ? undefined : parseAddress(match[1]);
  if (match?.[2] === undefined || address === undefined) return undefined;
  const prefixLength = Number(match[2]);
  if (prefixLength > addressBits(address.family)) return undefined;
  return networkOf(address, prefixLength);
}

/** The network of `prefixLength` bits that holds `address`. */
export function networkOf(address: Address, prefixLength: number): Cidr {
  if (address.family === 'IPv4') {
    const network = startOfNetwork(ipv4ToNumber(address.text), prefixLength);
    return { family: 'IPv4', address: ipv4FromNumber(network), prefixLength };
  }
  const hostBits = BigInt(addressBits(address.family) - prefixLength);
  const network = (addressToBigInt(address) >> hostBits) << hostBits;
  return {
    family: address.family,
    address: addressFromBigInt(address.family, network).text,
    prefixLength,
  };
}

/** The lowest number of an IPv4 network that holds the number. */
const startOfNetwork = (value: number, prefixLength: number): number =>
  value - (value % 2 ** (32 - prefixLength));

/** Lowest and highest numeric address of a network. */
export function cidrRange(cidr: Cidr): { readonly first: bigint; readonly last: bigint } {
  const first = addressToBigInt({ family: cidr.family, text: cidr.address });
  const size = 1n << BigInt(addressBits(cidr.family) - cidr.prefixLength);
  return { first, last: first + size - 1n };
}

export function cidrContains(cidr: Cidr, address: Address): boolean {
  if (cidr.family !== address.family) return false;
  if (cidr.family === 'IPv4') {
    const start = startOfNetwork(ipv4ToNumber(address.text), cidr.prefixLength);
    return start === ipv4ToNumber(cidr.address);
  }
  const { first, last } = cidrRange(cidr);
  const value = addressToBigInt(address);
  return first <= value && value <= last;
}

/** Whether an address is in a network, or is that address. @param network a CIDR or a single address */
export function isWithin(text: string, network: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const cidr = parseCidr(network);
  return cidr === undefined
    ? parseAddress(network)?.text === address.text
    : cidrContains(cidr, address);
}

/**
 * The smallest list of networks that covers the same addresses: sorted, none inside another, siblings
 * merged. nftables refuses overlaps in concatenated interval sets, so every list goes through here
 * before it becomes elements.
 */
export function normaliseCidrs(cidrs: readonly Cidr[]): readonly Cidr[] {
  const sorted = cidrs
    .map((cidr) => ({ cidr, ...cidrRange(cidr) }))
    .sort((a, b) =>
      a.first === b.first ? a.cidr.prefixLength - b.cidr.prefixLength : a.first < b.first ? -1 : 1,
    );
  const kept: { cidr: Cidr; first: bigint; last: bigint }[] = [];
  for (const entry of sorted) {
    const previous = kept.at(-1);
    if (previous !== undefined && entry.last <= previous.last) continue;
    kept.push(entry);
    mergeSiblings(kept);
  }
  return kept.map((entry) => entry.cidr);
}

function mergeSiblings(kept: { cidr: Cidr; first: bigint; last: bigint }[]): void {
  for (;;) {
    const [left, right] = kept.slice(-2);
    if (left === undefined || right === undefined) return;
    const { cidr } = left;
    if (cidr.prefixLength !== right.cidr.prefixLength || cidr.prefixLength === 0) return;
    const parent = networkOf({ family: cidr.family, text: cidr.address }, cidr.prefixLength - 1);
    const range = cidrRange(parent);
    if (range.first !== left.first || range.last !== right.last) return;
    kept.splice(-2, 2, { cidr: parent, ...range });
  }
}
