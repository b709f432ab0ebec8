import { addressFromBigInt, addressToBigInt, parseAddress } from '../net/address.ts';
import { addressBits, cidrRange, parseCidr } from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';

/** The addresses of one network that lie in none of the smaller networks of the partition. */
export interface AddressRegion {
  /** As it was given, or undefined for what no network covers. */
  readonly network: string | undefined;
  /** Up to `count` addresses of the region, canonical; empty when the smaller networks cover it. */
  readonly witnesses: (count: number) => readonly string[];
}

interface Range {
  readonly network: string | undefined;
  readonly first: bigint;
  readonly last: bigint;
  readonly children: Range[];
}

/** Documentation and well-known addresses: a reader takes them for a client outside. */
const familiar: Readonly<Record<IpFamily, readonly string[]>> = {
  IPv4: ['203.0.113.77', '198.51.100.77', '192.0.2.77', '8.8.8.8', '1.1.1.1'],
  IPv6: ['2001:db8:ffff::77', '2600::77', '2a00::77'],
};

/**
 * Cuts the address space of a family into the classes that membership in the given networks (CIDRs or
 * single addresses) tells apart. Networks never overlap without one containing the other, so there is
 * one region per network and one for the rest. Takes n log n.
 */
export function addressRegions(
  family: IpFamily,
  networks: Iterable<string>,
): readonly AddressRegion[] {
  const ranges = [...new Set(networks)]
    .flatMap((network) => rangeOf(family, network))
    .sort((a, b) => compare(a.first, b.first) || compare(b.last, a.last));
  const root: Range = {
    network: undefined,
    first: 0n,
    last: (1n << BigInt(addressBits(family))) - 1n,
    children: [],
  };
  const stack: Range[] = [root];
  const distinct: Range[] = [root];
  for (const range of ranges) {
    while ((stack.at(-1)?.last ?? 0n) < range.last) stack.pop();
    const parent = stack.at(-1) ?? root;
    // `10.0.0.1` and `10.0.0.1/32` are the same network.
    if (parent !== root && parent.first === range.first && parent.last === range.last) continue;
    parent.children.push(range);
    stack.push(range);
    distinct.push(range);
  }
  return distinct.map((range) => ({
    network: range.network,
    witnesses: (count) => witnessesOf(family, range, count),
  }));
}

function rangeOf(family: IpFamily, network: string): readonly Range[] {
  const address = parseAddress(network);
  if (address !== undefined) {
    const value = addressToBigInt(address);
    return address.family === family ? [{ network, first: value, last: value, children: [] }] : [];
  }
  const cidr = parseCidr(network);
  return cidr?.family === family ? [{ network, ...cidrRange(cidr), children: [] }] : [];
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function witnessesOf(family: IpFamily, range: Range, count: number): readonly string[] {
  const found = familiar[family]
    .filter((text) => isIn(range, addressToBigInt({ family, text })))
    .slice(0, count);
  for (const [first, last] of gaps(range)) {
    // The first address of a network is its name, no machine.
    let value = first < last && first === range.first ? first + 1n : first;
    for (; value <= last && found.length < count; value++) {
      const { text } = addressFromBigInt(family, value);
      if (!found.includes(text)) found.push(text);
    }
    if (found.length >= count) break;
  }
  return found;
}

const isIn = ({ first, last, children }: Range, value: bigint): boolean =>
  first <= value &&
  value <= last &&
  !children.some((child) => child.first <= value && value <= child.last);

function* gaps({ first, last, children }: Range): Generator<readonly [bigint, bigint]> {
  let next = first;
  for (const child of children) {
    if (next < child.first) yield [next, child.first - 1n];
    next = child.last + 1n;
  }
  if (next <= last) yield [next, last];
}
