/**
 * Which endpoints a ServicePort sends connections to (T1 to T6).
 */
import type { Candidate } from './merge-endpoints.ts';
import type { NodeFacts } from './node-facts.ts';
import { hintedEndpoints } from './topology.ts';

/** Which of the two sets the policies of a ServicePort need (F17, F18). */
export interface UsedSets {
  readonly cluster: boolean;
  readonly local: boolean;
}

export interface ChosenEndpoints {
  /** Empty when unused. */
  readonly cluster: readonly Candidate[];
  /** Empty when unused. */
  readonly local: readonly Candidate[];
  /** Some endpoint on some node can take a connection (T4). */
  readonly hasAny: boolean;
}

export function chooseEndpoints(
  candidates: readonly Candidate[],
  used: UsedSets,
  node: Pick<NodeFacts, 'name' | 'zone'>,
): ChosenEndpoints {
  const ready: Candidate[] = [];
  // T6: neither ready nor in this list means never used.
  const draining: Candidate[] = [];
  for (const candidate of candidates) {
    const { state } = candidate;
    if (state.ready) ready.push(candidate);
    if (state.serving && state.terminating) draining.push(candidate);
  }
  const cluster = used.cluster ? clusterSet(ready, draining, node) : [];
  const local = used.local ? localSet(ready, draining) : [];
  const hasAny = cluster.length > 0 || (used.local && (ready.length > 0 || draining.length > 0));
  return { cluster, local, hasAny };
}

/** T2. Hints do not apply to the fallback. */
function clusterSet(
  ready: readonly Candidate[],
  draining: readonly Candidate[],
  node: Pick<NodeFacts, 'name' | 'zone'>,
): readonly Candidate[] {
  return ready.length > 0 ? hintedEndpoints(ready, node) : draining;
}

/** T3. The fallback is taken even when other nodes have ready endpoints. */
function localSet(
  ready: readonly Candidate[],
  draining: readonly Candidate[],
): readonly Candidate[] {
  const local = ready.filter((candidate) => candidate.isLocal);
  return local.length > 0 ? local : draining.filter((candidate) => candidate.isLocal);
}
