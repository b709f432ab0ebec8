/**
 * Policy for what a Service may claim: its external IPs and its endpoints. What is not admitted is left
 * out as if it had not been written; checks/claim-policies.ts tells of it.
 */
import type { Service } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { familyOf } from '../net/address.ts';
import { cidrContains } from '../net/cidr.ts';
import type { EndpointList } from './endpoint-list.ts';
import { endpointProblem, type KnownNetworks } from './known-networks.ts';
import type { ServiceAddresses } from './service-addresses.ts';

/** Whether `--external-ips` lets an external IP be served. */
export function admitsExternalIP({ externalIPs }: Settings, text: string): boolean {
  switch (externalIPs.kind) {
    case 'allow':
    case 'warn':
      return true;
    case 'deny':
      return false;
    case 'only': {
      const family = familyOf(text);
      return (
        family !== undefined &&
        externalIPs.cidrs.some((cidr) => cidrContains(cidr, { family, text }))
      );
    }
  }
}

export function admittedAddresses(
  addresses: ServiceAddresses,
  settings: Settings,
): ServiceAddresses {
  if (addresses.externalIPs.length === 0) return addresses;
  const externalIPs = addresses.externalIPs.filter(({ address }) =>
    admitsExternalIP(settings, address),
  );
  return { ...addresses, externalIPs };
}

/** Whether `--endpoints-outside deny` keeps an endpoint out. */
export const isKeptOut = (
  { endpointsOutside }: Settings,
  known: KnownNetworks,
  service: Service,
  address: string,
): boolean => endpointsOutside === 'deny' && endpointProblem(known, service, address) !== undefined;

export function admittedSlices(
  slices: readonly EndpointList[],
  service: Service,
  settings: Settings,
  known: KnownNetworks,
): readonly EndpointList[] {
  if (settings.endpointsOutside !== 'deny') return slices;
  return slices.map((slice) => ({
    ...slice,
    endpoints: slice.endpoints.filter(
      ({ address }) => !isKeptOut(settings, known, service, address),
    ),
  }));
}
