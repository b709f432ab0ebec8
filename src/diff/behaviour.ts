import type { Branch } from '../packet/outcome.ts';
import type { Packet, SimulatedHost } from '../packet/packet.ts';

/** What one side does to the first packet of a connection: the part of it that counts. */
export interface Behaviour {
  /** Sorted; the probabilities add up to 1. No two are alike. */
  readonly branches: readonly BehaviourBranch[];
}

export interface BehaviourBranch {
  readonly probability: number;
  readonly verdict: 'accept' | 'drop' | 'reject';
  /** Where an accepted packet goes; '' otherwise. */
  readonly destination: string;
  readonly destinationPort: number;
  /** The destination was chosen by DNAT. */
  readonly isServed: boolean;
  readonly masquerade: boolean;
  /** The packet's mark behind the last rule; 0 for a packet that is not accepted. */
  readonly mark: number;
  /** How the client is remembered; undefined when it is not. */
  readonly affinity: Affinity | undefined;
}

/** Session affinity of one branch: a later connection of the client finds this endpoint again. */
export interface Affinity {
  /** Seconds */
  readonly timeout: number;
  /** What is asked and written, maps or lists. */
  readonly clients: string;
  /** Whose clients those are: where it differs, the clients known so far are forgotten. */
  readonly whose: string;
}

/** A side of a comparison, ready to be asked about packets. */
export interface Side {
  /** Every way that its rules can send a packet; several may end alike. */
  readonly branchesOf: AskRules;
  readonly routeLocalnet: boolean;
}

export type AskRules = (packet: Packet, host: SimulatedHost) => readonly BehaviourBranch[];

/** Runs a packet through one side. What the kernel drops by itself is dropped, whoever drops it. */
export function behaviourOf(side: Side, packet: Packet, addresses: ReadonlySet<string>): Behaviour {
  const host: SimulatedHost = { addresses, routeLocalnet: side.routeLocalnet };
  const merged = new Map<string, BehaviourBranch>();
  for (const described of side.branchesOf(packet, host)) {
    const key = branchKey(described);
    const same = merged.get(key);
    const probability = described.probability + (same?.probability ?? 0);
    merged.set(key, { ...described, probability });
  }
  const keys = [...merged.keys()].sort();
  return { branches: keys.flatMap((key) => merged.get(key) ?? []) };
}

/** Whether a packet or its client could tell two behaviours apart. */
export const sameBehaviour = (a: Behaviour, b: Behaviour): boolean =>
  a.branches.length === b.branches.length &&
  a.branches.every((branch, i) => {
    const other = b.branches[i];
    return (
      other !== undefined &&
      branchKey(branch) === branchKey(other) &&
      Math.abs(branch.probability - other.probability) < 1e-9
    );
  });

/** Where a packet goes, apart from how. */
export const wayOf = ({ verdict, destination, destinationPort }: BehaviourBranch): string =>
  `${verdict} ${destination} ${destinationPort}`;

const branchKey = (branch: BehaviourBranch): string => {
  const { verdict, destination, destinationPort, masquerade, mark, affinity } = branch;
  const sticky = affinity === undefined ? '' : `${affinity.timeout} ${affinity.whose}`;
  return [verdict, destination, destinationPort, masquerade, mark, sticky].join(' ');
};

/** @param affinityOf asked only about a packet that is sent to an endpoint */
export function describeBranch<T>(
  branch: Branch<T>,
  affinityOf: (trace: T) => Affinity | undefined,
): BehaviourBranch {
  const { probability, verdict } = branch;
  if (verdict !== 'accept')
    return {
      probability,
      verdict: verdict === 'reject' ? 'reject' : 'drop',
      destination: '',
      destinationPort: 0,
      isServed: false,
      masquerade: false,
      mark: 0,
      affinity: undefined,
    };
  return {
    probability,
    verdict,
    destination: branch.destination,
    destinationPort: branch.destinationPort,
    isServed: branch.dnat,
    masquerade: branch.masquerade,
    mark: branch.mark,
    affinity: branch.dnat ? affinityOf(branch.trace) : undefined,
  };
}
