import type { Service } from '../model/cluster.ts';
import {
  addressBits,
  type Cidr,
  cidrContains,
  networkOf,
  normaliseCidrs,
  parseCidr,
} from '../net/cidr.ts';
import type { IpFamily } from '../net/family.ts';

/**
 * The networks that may reach a Service's load-balancer IPs (R1-R6, P10). Where this node's primary
 * address is among them, the load-balancer IPs are as well: a process on the node that talks to one
 * bound there has it as its source.
 *
 * @param vips the Service's load-balancer IPs of `family`.
 * @param primaryIP this node's primary address of `family`, where known.
 * @returns undefined for no firewall: no range of this family (it fails open, R4), or nothing to
 *   protect (R6). Empty when nobody gets in: an entry could not be read, and may be of this family (ND10).
 */
export function sourceRangesOf(
  service: Service,
  family: IpFamily,
  vips: readonly string[],
  primaryIP: string | undefined,
): readonly Cidr[] | undefined {
  if (vips.length === 0) return undefined;
  const ranges = rangesOfFamily(service, family);
  if (ranges.length === 0) return service.sourceRangesAreWhole ? undefined : [];
  const nodeIsAllowed =
    primaryIP !== undefined &&
    ranges.some((range) => cidrContains(range, { family, text: primaryIP }));
  const own = nodeIsAllowed
    ? vips.map((text) => networkOf({ family, text }, addressBits(family)))
    : [];
  return normaliseCidrs([...ranges, ...own]);
}

/** R1-R3: trimmed, host bits cut off, other family dropped. */
function rangesOfFamily(service: Service, family: IpFamily): readonly Cidr[] {
  return service.loadBalancerSourceRanges
    .map((range) => parseCidr(range.trim()))
    .filter((cidr) => cidr !== undefined)
    .filter((cidr) => cidr.family === family);
}

/** The firewall that the Service asks for does not exist in this family (R4). */
export const failsOpen = (service: Service, family: IpFamily, vips: readonly string[]): boolean =>
  vips.length > 0 &&
  service.sourceRangesAreWhole &&
  service.loadBalancerSourceRanges.length > 0 &&
  rangesOfFamily(service, family).length === 0;
