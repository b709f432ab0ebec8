import type { Answer } from '../answer.ts';
import type { Aspect } from '../aspects.ts';
import type { ClaimRisk } from '../change.ts';
import { isSame } from '../change-origin.ts';
import type { Destination } from '../destination.ts';
import type { Blame } from './blame.ts';

/** Where a claim is, and what the destination is to each of the two Services. */
export interface ClaimedPlace extends Pick<Destination, 'address' | 'port'> {
  readonly kinds: {
    readonly service: Destination['kind'];
    readonly victim: Destination['kind'];
  };
}

/**
 * A claim with the field that somebody changed: of the Service that claims, or else of the other one. A claim that
 * existed before is not the cause.
 *
 * @param blame undefined unless the manifests of both sides are known: the claim stays as it is
 */
export function blamedClaim(
  claim: ClaimRisk,
  { address, port, kinds }: ClaimedPlace,
  blame: Blame | undefined,
): ClaimRisk {
  if (blame === undefined) return claim;
  for (const role of ['service', 'victim'] as const) {
    const destination = { kind: kinds[role], address, port };
    const found = blame({ aspect: contested, destination }, [claim[role]]);
    // Who has an address is not for the sake of endpoints, nor of the node.
    if (found?.origin.object.kind !== 'Service') continue;
    const { origin, text, gone } = found;
    const isWhole = origin.path.length === 0 && isSame(claim.origin?.object, origin.object);
    return {
      ...{ ...claim, origin: isWhole ? claim.origin : origin, cause: text },
      ...(gone && { gone }),
    };
  }
  return { ...claim, origin: undefined };
}

const unanswered: Answer = {
  kind: 'passed',
  endpoints: [],
  snat: 'never',
  affinityTimeout: undefined,
};

/** Whoever has the destination, and whether or not a packet sees it. */
const contested: Aspect = {
  type: 'PASS_BEGINS',
  before: unanswered,
  after: unanswered,
  endpoints: [],
};
