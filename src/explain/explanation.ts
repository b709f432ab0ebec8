import type { Branch } from '../packet/outcome.ts';
import type { Packet } from '../packet/packet.ts';
import type { Origin } from '../plan/plan.ts';
import type { PathEntry } from './path.ts';

/** The answer of `natc explain`, before it is printed. */
export interface Explanation {
  readonly packet: Packet;
  readonly sourcePort: number | undefined;
  readonly verdict: ExplainVerdict;
  /** The verdict in one sentence. */
  readonly summary: string;
  /** `namespace/name:port` of the ServicePort that the packet was for. */
  readonly servicePort: string | undefined;
  /** Why, from the packet's arrival to its end. */
  readonly reasons: readonly Reason[];
  /** Where it may go; one entry, without a choice, for a packet that passes. */
  readonly endpoints: readonly ExplainedEndpoint[];
  /** What the packet nearly met. */
  readonly nearMisses: readonly Reason[];
  /** What would change the answer, and is not known. */
  readonly assumptions: readonly string[];
  /** Chains of others that were not walked, and may drop the packet. */
  readonly notLookedAt: readonly string[];
  /** The way through the chains; with several endpoints the way to the first of them. */
  readonly path: readonly PathEntry[];
}

/** `mixed`: some endpoints are reached, others refused or dropped. */
export type ExplainVerdict = 'delivered' | 'passed' | 'dropped' | 'refused' | 'mixed';

export interface Reason {
  readonly text: string;
  /** The object and field that made it so; unknown for rulesets read from text. */
  readonly origin?: Origin | undefined;
}

export interface ExplainedEndpoint {
  readonly branch: Branch;
  /** Why its source address is replaced; undefined when it is kept. */
  readonly masqueradeReason: Reason | undefined;
  /** The node it is on; undefined when the ruleset does not say. */
  readonly nodeName: string | undefined;
  readonly origin: Origin | undefined;
}
