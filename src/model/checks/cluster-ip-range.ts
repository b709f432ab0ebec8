import { type Address, addressToBigInt, parseAddress } from '../../net/address.ts';
import { type Cidr, cidrContains, cidrRange, parseCidr } from '../../net/cidr.ts';
import { specialAddress } from '../../net/special.ts';
import { at, isGiven } from '../fields.ts';
import type { ReadService } from '../service.ts';
import type { ServicesCheck } from './check.ts';

/**
 * Cluster IPs are allocated from the cluster's service networks, where --service-cidr tells which these are:
 * not their first address, nor the last of an IPv4 network. Addresses that name no machine are in none.
 */
export const clusterIPRange: ServicesCheck = (services, { serviceCIDRs }) => {
  const networks = serviceCIDRs.flatMap((text) => parseCidr(text.trim()) ?? []);
  for (const read of services) {
    if (read.service.type === 'ExternalName') continue;
    read.service.clusterIPs.forEach((text, index) => {
      const address = text === 'None' ? undefined : parseAddress(text);
      const problem = address && problemOf(address, networks);
      if (problem !== undefined) refuse(read, index, `cluster IP ${text} ${problem}`);
    });
  }
};

function problemOf(address: Address, networks: readonly Cidr[]): string | undefined {
  const special = specialAddress(address);
  if (special !== undefined)
    return `is ${special === 'unspecified' ? 'an' : 'a'} ${special} address, which no API server gives out`;
  const ofFamily = networks.filter(({ family }) => family === address.family);
  if (ofFamily.length === 0) return undefined;
  const network = ofFamily.find((cidr) => cidrContains(cidr, address));
  if (network === undefined) return 'is outside --service-cidr';
  const { first, last } = cidrRange(network);
  const value = addressToBigInt(address);
  const isEdge = value === first || (network.family === 'IPv4' && value === last);
  if (!isEdge) return undefined;
  return `is the ${value === first ? 'network' : 'broadcast'} address of --service-cidr ${network.address}/${network.prefixLength}`;
}

function refuse({ spec }: ReadService, index: number, message: string): void {
  const place = isGiven(spec, 'clusterIPs') ? at(spec, 'clusterIPs', index) : at(spec, 'clusterIP');
  spec.report.refuse(place, {
    code: 'NATC2123',
    message,
    hint: 'leave clusterIP out to have the API server allocate one, or correct --service-cidr',
  });
}
