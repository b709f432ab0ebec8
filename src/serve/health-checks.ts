/**
 * Which health-check node ports are served, with which counts (H1 to H4): a state over the plans of a
 * follower, which are of all Services or of some.
 */

import { parseAddress } from '../net/address.ts';
import { cidrContains } from '../net/cidr.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import type { HealthCheck, NodePortAddresses, Plan } from '../plan/plan.ts';

/** What the plans until now say of one IP family. */
export interface FamilyHealthChecks {
  readonly nodePortAddresses: NodePortAddresses;
  /** By `namespace/name`. */
  readonly checks: ReadonlyMap<string, HealthCheck>;
}

/** Families that are not served have no entry. */
export type HealthChecks = ReadonlyMap<IpFamily, FamilyHealthChecks>;

/**
 * @param known what the plans before this one said
 * @param plan of the Services in `extent`
 * @param extent `everything`, or `namespace/name` of the Services that the plan is of: one that is not in
 *   the plan has no health check any more, and Services that are not named keep theirs
 */
export function withPlan(
  known: HealthChecks,
  plan: Plan,
  extent: 'everything' | ReadonlySet<string>,
): HealthChecks {
  return new Map(
    plan.families.map(({ family, nodePortAddresses, healthChecks }) => {
      const before = extent === 'everything' ? [] : (known.get(family)?.checks ?? []);
      const kept = [...before].filter(([name]) => extent === 'everything' || !extent.has(name));
      const checks = new Map([
        ...kept,
        ...healthChecks.map((check) => [`${check.namespace}/${check.service}`, check] as const),
      ]);
      return [family, { nodePortAddresses, checks }];
    }),
  );
}

/** A socket to listen on, and whose health is told there. */
export interface HealthCheckSocket {
  readonly family: IpFamily;
  /** The unspecified address of the family for all of them. */
  readonly address: string;
  readonly check: HealthCheck;
}

const unspecified: Readonly<Record<IpFamily, string>> = { IPv4: '0.0.0.0', IPv6: '::' };

/** Whether the node's own addresses have to be known to tell where health checks are served. */
export const needsLocalAddresses = (checks: HealthChecks): boolean =>
  [...checks.values()].some(
    ({ checks: own, nodePortAddresses }) => own.size > 0 && !isEverywhere(nodePortAddresses),
  );

/**
 * Each health check on all addresses of its family, or on those addresses of the node that are in
 * `--nodeport-addresses`, loopback ones included (kube-proxy's `GetNodeIPs`). Link-local IPv6 addresses are
 * left out: the same one may be on several interfaces.
 *
 * @param localAddresses of the node, canonical; not looked at unless {@link needsLocalAddresses}
 */
export function healthCheckSockets(
  checks: HealthChecks,
  localAddresses: ReadonlySet<string>,
): readonly HealthCheckSocket[] {
  return ipFamilies.flatMap((family) => {
    const own = checks.get(family);
    if (own === undefined) return [];
    const addresses = listenAddresses(family, own.nodePortAddresses, localAddresses);
    return [...own.checks.values()].flatMap((check) =>
      addresses.map((address) => ({ family, address, check })),
    );
  });
}

function listenAddresses(
  family: IpFamily,
  nodePortAddresses: NodePortAddresses,
  localAddresses: ReadonlySet<string>,
): readonly string[] {
  if (isEverywhere(nodePortAddresses)) return [unspecified[family]];
  return [...localAddresses].sort().filter((text) => {
    const address = parseAddress(text);
    return (
      address !== undefined &&
      !/^fe[89ab]/.test(text) &&
      nodePortAddresses.cidrs.some((cidr) => cidrContains(cidr, address))
    );
  });
}

const isEverywhere = ({ cidrs }: NodePortAddresses): boolean =>
  cidrs.some(({ prefixLength }) => prefixLength === 0);
