/**
 * What the endpoint slice mirroring controller would make of an Endpoints object (E3).
 */
import type { EndpointAddress, EndpointSubset, Endpoints } from '../model/cluster.ts';
import { familyOf } from '../net/address.ts';
import { ipFamilies } from '../net/family.ts';
import type { EndpointEntry, EndpointList } from './endpoint-list.ts';

/** The controller mirrors no more addresses of one subset, ready ones first (E3). */
export const mirroredAddressLimit = 1000;

/** Whether the mirroring controller leaves the object alone, whatever its Service says. */
export const isNeverMirrored = (endpoints: Endpoints): boolean =>
  endpoints.skipMirror || endpoints.isLeaderElection;

export const exceedsMirrorLimit = (subset: EndpointSubset): boolean =>
  subset.addresses.length + subset.notReadyAddresses.length > mirroredAddressLimit;

/** One slice per subset and family, in the order of the subsets. */
export function mirrorEndpoints(endpoints: Endpoints): readonly EndpointList[] {
  return endpoints.subsets.flatMap((subset) => {
    const mirrored = [
      ...subset.addresses.map((address) => mirrorAddress(subset, 'addresses', address)),
      ...subset.notReadyAddresses.map((address) =>
        mirrorAddress(subset, 'notReadyAddresses', address),
      ),
    ].slice(0, mirroredAddressLimit);
    return ipFamilies.map((family) => ({
      object: endpoints.object,
      family,
      ports: subset.ports,
      endpoints: mirrored.filter((endpoint) => familyOf(endpoint.address) === family),
    }));
  });
}

/** Serving and terminating stay unset in the mirror, hence true and false (E6). */
const mirrorAddress = (
  subset: EndpointSubset,
  list: 'addresses' | 'notReadyAddresses',
  address: EndpointAddress,
): EndpointEntry => ({
  address: address.ip,
  nodeName: address.nodeName,
  ready: list === 'addresses',
  serving: true,
  terminating: false,
  forZones: [],
  forNodes: [],
  path: ['subsets', subset.index, list, address.index, 'ip'],
});
