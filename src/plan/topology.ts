/**
 * Topology hints (T2, E11). Only hints in the slices matter: trafficDistribution and the
 * annotations are requests to whoever writes the slices (F12).
 */
import type { Candidate } from './merge-endpoints.ts';
import type { NodeFacts } from './node-facts.ts';

/**
 * Narrows ready endpoints to those hinted for this node or, failing that, for its zone. Hints count
 * only when every ready endpoint carries them and one of them is for us.
 */
export function hintedEndpoints(
  ready: readonly Candidate[],
  node: Pick<NodeFacts, 'name' | 'zone'>,
): readonly Candidate[] {
  return (
    hintedFor(node.name, ready, (candidate) => candidate.state.forNodes) ??
    hintedFor(node.zone, ready, (candidate) => candidate.state.forZones) ??
    ready
  );
}

function hintedFor(
  place: string | undefined,
  ready: readonly Candidate[],
  hintsOf: (candidate: Candidate) => readonly string[],
): readonly Candidate[] | undefined {
  if (place === undefined) return undefined;
  const hinted: Candidate[] = [];
  for (const candidate of ready) {
    const hints = hintsOf(candidate);
    if (hints.length === 0) return undefined;
    if (hints.includes(place)) hinted.push(candidate);
  }
  return hinted.length === 0 ? undefined : hinted;
}
