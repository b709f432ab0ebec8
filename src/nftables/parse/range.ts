import { type Address, addressFromBigInt, addressToBigInt } from '../../net/address.ts';
import { addressBits } from '../../net/cidr.ts';

/**
 * The fewest networks and addresses that cover `first` to `last`, in order; undefined when `last` comes
 * before `first` or is of the other family.
 */
export function rangeCidrs(first: Address, last: Address): readonly string[] | undefined {
  const { family } = first;
  const end = addressToBigInt(last);
  let at = addressToBigInt(first);
  if (last.family !== family || end < at) return undefined;
  const cidrs: string[] = [];
  while (at <= end) {
    let hostBits = 0;
    while (hostBits < addressBits(family) && fits(at, hostBits + 1, end)) hostBits++;
    const { text } = addressFromBigInt(family, at);
    cidrs.push(hostBits === 0 ? text : `${text}/${addressBits(family) - hostBits}`);
    at += 1n << BigInt(hostBits);
  }
  return cidrs;
}

/** A network of `hostBits` free bits may begin at `first`, and ends at `last` or before. */
function fits(first: bigint, hostBits: number, last: bigint): boolean {
  const size = 1n << BigInt(hostBits);
  return first % size === 0n && first + size - 1n <= last;
}
