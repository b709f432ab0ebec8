import { addressFromBigInt, addressToBigInt } from '../net/address.ts';
import { type Cidr, cidrRange } from '../net/cidr.ts';

/** A run of numbers: addresses of one family, or ports. */
export interface NumberRun {
  /** Inclusive; empty where `last` is less. */
  readonly first: bigint;
  readonly last: bigint;
}

/** What the control plane allocates from: at random from `dynamic`, and from the rest only when that is full. */
export interface Bands {
  readonly dynamic: NumberRun;
  /** Left to people who name a value. */
  readonly fixed: NumberRun;
}

/**
 * The addresses of a service network as the API server divides them (KEP-3070): neither the network's own
 * address nor the broadcast address of IPv4; the first `min(max(16, size/16), 256)` are for people.
 */
export function addressBands(network: Cidr): Bands {
  const { first, last } = cidrRange(network);
  const usable = { first: first + 1n, last: network.family === 'IPv4' ? last - 1n : last };
  return divide(usable, last - first + 1n, { step: 16n, most: 256n });
}

/**
 * The node ports of a range, divided in the same way (KEP-3668): the first `min(max(16, size/32), 128)` are for
 * people.
 */
export function nodePortBands({ first, last }: NodePortRange): Bands {
  const usable = { first: BigInt(first), last: BigInt(last) };
  return divide(usable, usable.last - usable.first + 1n, { step: 32n, most: 128n });
}

/** Inclusive. */
export interface NodePortRange {
  readonly first: number;
  readonly last: number;
}

/** Below which there is nothing to divide. */
const least = 16n;

function divide(
  { first, last }: NumberRun,
  size: bigint,
  { step, most }: { readonly step: bigint; readonly most: bigint },
): Bands {
  const share = size / step;
  const offset = size <= least ? 0n : share < least ? least : share > most ? most : share;
  return {
    dynamic: { first: first + offset, last },
    fixed: { first, last: first + offset - 1n },
  };
}

export const spanSize = ({ first, last }: NumberRun): bigint =>
  last < first ? 0n : last - first + 1n;

/** The canonical text of an address of a band. */
export const bandAddressText = (family: Cidr['family'], value: bigint): string =>
  addressFromBigInt(family, value).text;

/** @param text canonical */
export const addressValue = (family: Cidr['family'], text: string): bigint =>
  addressToBigInt({ family, text });
