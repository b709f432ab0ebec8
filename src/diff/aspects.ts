import { type Answer, answerOf, type Share, sharesOf } from './answer.ts';
import type { Affinity, Behaviour } from './behaviour.ts';

import type { ClientResult } from './compared-destination.ts';

/** One aspect in which one kind of client sees a difference. */
export interface Aspect {
  readonly type: ChangeType;
  readonly before: Answer;
  readonly after: Answer;
  readonly endpoints: readonly EndpointChange[];
}

/** What differs for one kind of client; never empty where the behaviours differ. */
export function aspectsOf({ before: was, after: is }: ClientResult): readonly Aspect[] {
  const before = answerOf(was);
  const after = answerOf(is);
  const base = { before, after, endpoints: [] };
  if (before.kind !== after.kind)
    return [
      {
        ...base,
        type: transitionTo[after.kind],
        endpoints: endpointChanges(before.endpoints, after.endpoints),
      },
    ].map((aspect) =>
      after.kind === 'passed' && before.kind === 'served'
        ? { ...aspect, type: 'ANSWER_ENDS' as const }
        : aspect,
    );
  const types: ChangeType[] = [];
  // Of what is never served, some may be refused and the rest dropped.
  const endpoints = endpointChanges(sharesOf(was), sharesOf(is));
  const aspects: Aspect[] = [];
  if (endpoints.length > 0) aspects.push({ ...base, type: 'ENDPOINTS_CHANGED', endpoints });
  const snat = snatChange(was, is);
  if (snat !== undefined) types.push(snat);
  const affinity = affinityChange(was, is);
  if (affinity !== undefined) types.push(affinity);
  if (types.length === 0 && aspects.length === 0) types.push('MARK_CHANGED');
  return [...aspects, ...types.map((type) => ({ ...base, type }))];
}

const transitionTo: Readonly<Record<Answer['kind'], ChangeType>> = {
  served: 'ANSWER_BEGINS',
  refused: 'REFUSAL_BEGINS',
  dropped: 'DROP_BEGINS',
  passed: 'PASS_BEGINS',
};

function endpointChanges(
  before: readonly Share[],
  after: readonly Share[],
): readonly EndpointChange[] {
  const was = new Map(before.map((share) => [share.endpoint, share.probability]));
  const is = new Map(after.map((share) => [share.endpoint, share.probability]));
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((endpoint) => ({
      endpoint,
      before: was.get(endpoint) ?? 0,
      after: is.get(endpoint) ?? 0,
    }))
    .filter((change) => Math.abs(change.before - change.after) >= 1e-9);
}

/**
 * Whether the source is rewritten, where both sides send the packet to the same endpoint. Without such
 * an endpoint only all or nothing counts: an endpoint that reaches itself is always rewritten.
 */
function snatChange(before: Behaviour, after: Behaviour): ChangeType | undefined {
  const is = new Map(after.branches.map((branch) => [where(branch), branch.masquerade]));
  const common = before.branches.filter((branch) => is.has(where(branch)));
  const changed = common.find((branch) => is.get(where(branch)) !== branch.masquerade);
  if (changed !== undefined) return changed.masquerade ? 'SNAT_ENDS' : 'SNAT_BEGINS';
  if (common.length > 0) return undefined;
  const [was, now] = [answerOf(before).snat, answerOf(after).snat];
  if (was === 'always' && now === 'never') return 'SNAT_ENDS';
  return was === 'never' && now === 'always' ? 'SNAT_BEGINS' : undefined;
}

const where = (branch: Behaviour['branches'][number]): string =>
  `${branch.destination} ${branch.destinationPort}`;

function affinityChange(before: Behaviour, after: Behaviour): ChangeType | undefined {
  const is = new Map(after.branches.map((branch) => [where(branch), branch.affinity]));
  for (const branch of before.branches) {
    if (!is.has(where(branch))) continue;
    const change = compareAffinity(branch.affinity, is.get(where(branch)));
    if (change !== undefined) return change;
  }
  const first = ({ branches }: Behaviour): Affinity | undefined =>
    branches.find(({ affinity }) => affinity !== undefined)?.affinity;
  const [was, now] = [first(before), first(after)];
  const change = compareAffinity(was, now);
  return change === 'AFFINITY_FORGOTTEN' ? undefined : change;
}

function compareAffinity(a: Affinity | undefined, b: Affinity | undefined): ChangeType | undefined {
  if (a === undefined) return b === undefined ? undefined : 'AFFINITY_BEGINS';
  if (b === undefined) return 'AFFINITY_ENDS';
  if (a.timeout !== b.timeout) return 'AFFINITY_TIMEOUT_CHANGED';
  return a.whose === b.whose ? undefined : 'AFFINITY_FORGOTTEN';
}

export type ChangeType =
  /** Connections are sent to endpoints that were not before. */
  | 'ANSWER_BEGINS'
  /** Connections that were sent to endpoints are passed on as they are. */
  | 'ANSWER_ENDS'
  /** Connections are refused that were not. */
  | 'REFUSAL_BEGINS'
  /** Connections are dropped that were not. */
  | 'DROP_BEGINS'
  /** Connections that were refused or dropped are passed on as they are. */
  | 'PASS_BEGINS'
  /** Some clients are let in that were dropped, where others were served before. */
  | 'CLIENTS_ADMITTED'
  /** Some clients are dropped that were served, where others still are. */
  | 'CLIENTS_EXCLUDED'
  /** Endpoints are gained or lost, or their probabilities change. */
  | 'ENDPOINTS_CHANGED'
  | 'SNAT_BEGINS'
  | 'SNAT_ENDS'
  | 'AFFINITY_BEGINS'
  | 'AFFINITY_ENDS'
  | 'AFFINITY_TIMEOUT_CHANGED'
  /** Clients are remembered elsewhere: those known so far may get another endpoint. */
  | 'AFFINITY_FORGOTTEN'
  /** Only the mark that other rules see differs. */
  | 'MARK_CHANGED'
  /** Only packets that another program gave a mark are treated differently. */
  | 'MARKED_PACKETS_CHANGED';

export interface EndpointChange {
  readonly endpoint: string;
  /** 0 for a gained one. */
  readonly before: number;
  /** 0 for a lost one. */
  readonly after: number;
}
