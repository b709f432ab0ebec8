/**
 * The endpoints of one Service in one family, per port (semantics E4-E10).
 */

import { formatAddressPort } from '../net/address.ts';
import type { Protocol } from '../net/family.ts';
import type { IntakeEndpoint, IntakeSlice } from './intake.ts';
import { compareBytes } from './order.ts';
import { origin } from './origin.ts';
import type { Endpoint } from './plan.ts';

/** One endpoint that a ServicePort may choose, with what the choice depends on. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** On this node (E8). */
  readonly isLocal: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly forZones: readonly string[];
  readonly forNodes: readonly string[];
}

/** A Service port takes the endpoints of the slice ports of the same name and protocol (F2). */
export const portKey = (protocol: Protocol, name: string): string => `${protocol} ${name}`;

/**
 * Merges the slices of one Service and family, given in slice-name order, into one list per port.
 * The first entry for an `ip:port` stays, unless a later one is not terminating (E9).
 *
 * @param nodeName this node's name; without it no endpoint is local.
 * @returns per {@link portKey}, candidates in the byte order of `ip:port` (E10).
 */
export function mergeEndpoints(
  slices: readonly IntakeSlice[],
  nodeName: string | undefined,
): ReadonlyMap<string, readonly Candidate[]> {
  const ports = new Map<string, Map<string, Candidate>>();
  for (const slice of slices) {
    for (const port of slice.ports) {
      if (port.port === 0) continue;
      const merged = getOrCreate(ports, portKey(port.protocol, port.name));
      for (const endpoint of slice.endpoints) {
        const key = formatAddressPort(endpoint.address, port.port);
        if (merged.has(key) && endpoint.terminating) continue;
        merged.set(key, candidate(slice, endpoint, port.port, nodeName));
      }
    }
  }
  return new Map(Array.from(ports, ([key, merged]) => [key, inByteOrder(merged)]));
}

function candidate(
  slice: IntakeSlice,
  { address, path, nodeName, ...conditions }: IntakeEndpoint,
  port: number,
  thisNode: string | undefined,
): Candidate {
  const isLocal = thisNode !== undefined && nodeName === thisNode;
  const isNodeUnknown = thisNode === undefined || nodeName === undefined;
  return {
    ...conditions,
    isLocal,
    endpoint: {
      address,
      port,
      nodeName,
      hairpin: isLocal || isNodeUnknown,
      origin: origin(slice.object, path),
    },
  };
}

const inByteOrder = (merged: ReadonlyMap<string, Candidate>): readonly Candidate[] =>
  [...merged].sort(([a], [b]) => compareBytes(a, b)).map(([, each]) => each);

function getOrCreate<V>(ports: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const found = ports.get(key);
  if (found !== undefined) return found;
  const created = new Map<string, V>();
  ports.set(key, created);
  return created;
}
