/**
 * The endpoints of one Service in one family, per port (E4-E10).
 */
import type { SourceObject } from '../diagnostics/source.ts';
import { formatAddressPort } from '../net/address.ts';
import type { Protocol } from '../net/family.ts';
import type { EndpointEntry, EndpointList } from './endpoint-list.ts';
import { compareBytes } from './order.ts';
import { origin } from './origin.ts';
import type { Endpoint } from './plan.ts';

/** One endpoint that a ServicePort may choose, and what the choice depends on. */
export interface Candidate {
  /** `ip:port` (E7). */
  readonly name: string;
  readonly endpoint: Endpoint;
  /** On this node (E8). */
  readonly isLocal: boolean;
  /** Conditions and hints. */
  readonly state: EndpointEntry;
}

/** A Service port takes the endpoints of the slice ports of the same name and protocol (F2). */
export const slicePortKey = (protocol: Protocol, name: string): string => `${protocol} ${name}`;

/**
 * Merges the slices of one Service and family, given in slice-name order, into one list per port.
 * The first entry for an `ip:port` stays, unless a later one is not terminating (E9).
 *
 * @param nodeName this node's name; without it no endpoint is local.
 * @returns per {@link slicePortKey}, candidates in the byte order of `ip:port` (E10).
 */
export function mergeEndpoints(
  slices: readonly EndpointList[],
  nodeName: string | undefined,
): ReadonlyMap<string, readonly Candidate[]> {
  const ports = new Map<string, Candidate[]>();
  for (const { object, ports: slicePorts, endpoints } of slices) {
    for (const { name, protocol, port } of slicePorts) {
      if (port === 0) continue;
      const candidates = getOrCreate(ports, slicePortKey(protocol, name));
      for (const state of endpoints) candidates.push(candidate(object, state, port, nodeName));
    }
  }
  const merged = new Map<string, readonly Candidate[]>();
  for (const [key, candidates] of ports) merged.set(key, oneOfEach(candidates));
  return merged;
}

/** ND3: a hairpin can only happen on the endpoint's own node, which may be this one if unknown. */
function candidate(
  object: SourceObject,
  state: EndpointEntry,
  port: number,
  thisNode: string | undefined,
): Candidate {
  const { address, nodeName, path } = state;
  const isLocal = thisNode !== undefined && nodeName === thisNode;
  const hairpin = isLocal || thisNode === undefined || nodeName === undefined;
  const endpoint = { address, port, nodeName, hairpin, origin: origin(object, path) };
  return { name: formatAddressPort(address, port), endpoint, isLocal, state };
}

/** Sorts candidates by their names, and settles which one of each name stays. */
function oneOfEach(candidates: Candidate[]): readonly Candidate[] {
  const kept: Candidate[] = [];
  // The sort is stable: of the same name, earlier ones come first.
  for (const next of candidates.sort(byName)) {
    if (kept.at(-1)?.name !== next.name) kept.push(next);
    else if (!next.state.terminating) kept[kept.length - 1] = next;
  }
  return kept;
}

const byName = (a: Candidate, b: Candidate): number => compareBytes(a.name, b.name);

function getOrCreate<V>(ports: Map<string, V[]>, key: string): V[] {
  const found = ports.get(key);
  if (found !== undefined) return found;
  const created: V[] = [];
  ports.set(key, created);
  return created;
}
