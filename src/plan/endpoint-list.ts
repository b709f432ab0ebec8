import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import type { EndpointPort, EndpointSlice } from '../model/cluster.ts';
import type { IpFamily } from '../net/family.ts';

/** An EndpointSlice, or the slice that an Endpoints object stands for, as the merge wants it. */
export interface EndpointList {
  readonly object: SourceObject;
  readonly family: IpFamily;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly EndpointEntry[];
}

export interface EndpointEntry {
  readonly address: string;
  readonly nodeName: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly forZones: readonly string[];
  readonly forNodes: readonly string[];
  /** Of the address, in the object. The model leaves an endpoint out whose first one is unusable. */
  readonly path: FieldPath;
}

/**
 * The paths of endpoints' first addresses. Slices hold 100 endpoints, as a rule, and never more than
 * 1000: a cluster with a million endpoints needs no million paths.
 */
const addressPaths: readonly FieldPath[] = Array.from({ length: 1000 }, (_, index) =>
  addressPathAt(index),
);

export const addressPath = (index: number): FieldPath =>
  addressPaths[index] ?? addressPathAt(index);

function addressPathAt(index: number): FieldPath {
  return ['endpoints', index, 'addresses', 0];
}

/**
 * Reads one EndpointSlice: the first address of each endpoint (E5), conditions filled in (E6).
 *
 * @returns undefined for an FQDN slice (E2).
 */
export function listEndpoints(slice: EndpointSlice): EndpointList | undefined {
  const { object, addressType, ports } = slice;
  if (addressType === 'FQDN') return undefined;
  const endpoints: EndpointEntry[] = [];
  for (const endpoint of slice.endpoints) {
    const address = endpoint.addresses[0];
    if (address === undefined) continue;
    endpoints.push({
      address,
      nodeName: endpoint.nodeName,
      ready: endpoint.ready ?? true,
      serving: endpoint.serving ?? true,
      terminating: endpoint.terminating ?? false,
      forZones: endpoint.forZones,
      forNodes: endpoint.forNodes,
      path: addressPath(endpoint.index),
    });
  }
  return { object, family: addressType, ports, endpoints };
}
