import { type Address, addressToBigInt } from '../../net/address.ts';
import { addressBits, type Cidr, cidrContains, networkOf, normaliseCidrs } from '../../net/cidr.ts';
import type { FamilyPlan } from '../../plan/plan.ts';

/**
 * Networks that hold every address K1 and K2 speak of, none inside another. The rules for those are one
 * per cluster IP, and every new connection would walk them all; with these in front, only a packet to
 * such an address does.
 */
export function clusterIPNetworks(family: FamilyPlan): readonly Cidr[] {
  const outside = family.clusterIPs
    .map((text): Address => ({ family: family.family, text }))
    .filter((address) => !family.serviceCIDRs.some((cidr) => cidrContains(cidr, address)));
  const network = smallestNetwork(outside);
  return normaliseCidrs([...family.serviceCIDRs, ...(network === undefined ? [] : [network])]);
}

/** The longest prefix that all addresses have in common; undefined when there are none. */
function smallestNetwork(addresses: readonly Address[]): Cidr | undefined {
  const [first] = addresses;
  if (first === undefined) return undefined;
  const base = addressToBigInt(first);
  const difference = addresses.reduce(
    (bits, address) => bits | (addressToBigInt(address) ^ base),
    0n,
  );
  const hostBits = difference === 0n ? 0 : difference.toString(2).length;
  return networkOf(first, addressBits(first.family) - hostBits);
}
