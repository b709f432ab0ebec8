/**
 * The endpoints of one Service in one family, per port (semantics E4-E10).
 */
import type { SourceObject } from '../diagnostics/source.ts';
import { formatAddressPort } from '../net/address.ts';
import type { Protocol } from '../net/family.ts';
import type { IntakeEndpoint, IntakeSlice } from './intake.ts';
import { origin } from './origin.ts';
import type { Endpoint } from './plan.ts';

/** One endpoint that a ServicePort may choose, and what the choice depends on. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** On this node (E8). */
  readonly isLocal: boolean;
  /** Conditions and hints. */
  readonly state: IntakeEndpoint;
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
  for (const { object, ports: slicePorts, endpoints } of slices) {
    for (const { name, protocol, port } of slicePorts) {
      if (port === 0) continue;
      const merged = getOrCreate(ports, portKey(protocol, name));
      for (const state of endpoints) {
        const key = formatAddressPort(state.address, port);
        if (state.terminating && merged.has(key)) continue;
        merged.set(key, candidate(object, state, port, nodeName));
      }
    }
  }
  const sorted = new Map<string, readonly Candidate[]>();
  for (const [key, merged] of ports) sorted.set(key, inByteOrder(merged));
  return sorted;
}

/** ND3: a hairpin can only happen on the endpoint's own node, which may be this one if unknown. */
function candidate(
  object: SourceObject,
  state: IntakeEndpoint,
  port: number,
  thisNode: string | undefined,
): Candidate {
  const { address, nodeName, path } = state;
  const isLocal = thisNode !== undefined && nodeName === thisNode;
  const hairpin = isLocal || thisNode === undefined || nodeName === undefined;
  const endpoint = { address, port, nodeName, hairpin, origin: origin(object, path) };
  return { endpoint, isLocal, state };
}

function inByteOrder(merged: ReadonlyMap<string, Candidate>): readonly Candidate[] {
  const list: Candidate[] = [];
  // The keys are ASCII, so the default order by code units is the order of bytes.
  for (const key of [...merged.keys()].sort()) {
    const found = merged.get(key);
    if (found !== undefined) list.push(found);
  }
  return list;
}

function getOrCreate<V>(ports: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const found = ports.get(key);
  if (found !== undefined) return found;
  const created = new Map<string, V>();
  ports.set(key, created);
  return created;
}
