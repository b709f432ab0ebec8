import { formatAddressPort } from '../net/address.ts';
import type { Behaviour, BehaviourBranch } from './behaviour.ts';

/** A behaviour in a reader's words. */
export interface Answer {
  /**
   * `served`: sent to endpoints, at least sometimes. `passed`: goes on to where it was going. `dropped`:
   * silently. `refused`: the client is told.
   */
  readonly kind: 'served' | 'passed' | 'dropped' | 'refused';
  /** Where it is sent, sorted; empty unless served. */
  readonly endpoints: readonly Share[];
  readonly snat: 'always' | 'never' | 'sometimes';
  /** Seconds; undefined when clients are not remembered. */
  readonly affinityTimeout: number | undefined;
}

/** `endpoint` is `address:port`, or what else becomes of the packet. */
export interface Share {
  readonly endpoint: string;
  readonly probability: number;
}

export function answerOf(behaviour: Behaviour): Answer {
  const { branches } = behaviour;
  const accepted = branches.filter(({ verdict }) => verdict === 'accept');
  const masqueraded = accepted.filter(({ masquerade }) => masquerade).length;
  const isServed = branches.some((branch) => branch.isServed);
  return {
    kind: isServed ? 'served' : kindOf(branches[0]),
    endpoints: isServed ? sharesOf(behaviour) : [],
    snat: masqueraded === 0 ? 'never' : masqueraded === accepted.length ? 'always' : 'sometimes',
    affinityTimeout: branches.find(({ affinity }) => affinity !== undefined)?.affinity?.timeout,
  };
}

/** All that becomes of packets, served or not. */
export function sharesOf({ branches }: Behaviour): readonly Share[] {
  const shares = new Map<string, number>();
  for (const branch of branches) {
    const name = branchName(branch);
    shares.set(name, (shares.get(name) ?? 0) + branch.probability);
  }
  return [...shares].map(([endpoint, probability]) => ({ endpoint, probability }));
}

function kindOf(branch: BehaviourBranch | undefined): Exclude<Answer['kind'], 'served'> {
  switch (branch?.verdict) {
    case 'drop':
      return 'dropped';
    case 'reject':
      return 'refused';
    default:
      return 'passed';
  }
}

const branchName = (branch: BehaviourBranch): string =>
  branch.isServed
    ? formatAddressPort(branch.destination, branch.destinationPort)
    : otherEnds[kindOf(branch)];

/** What is told in the place of an endpoint. */
const otherEnds = { passed: '(passed on)', dropped: '(dropped)', refused: '(refused)' } as const;

/** Whether a share goes to an endpoint: what is refused or passed on in some branch has no address. */
export const isEndpoint = ({ endpoint }: Share): boolean =>
  Object.values(otherEnds).every((other) => other !== endpoint);
