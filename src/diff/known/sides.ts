import type { Behaviour } from '../behaviour.ts';
import type { ClientResult } from '../compared-destination.ts';
import type { Destination } from '../destination.ts';
import type { FamilyPair } from '../family-pair.ts';
import type { NatcFacts } from './natc-facts.ts';

/** What is known of the two sides when a difference is looked at. */
export interface ComparedSides {
  readonly pair: FamilyPair;
  readonly kubeProxy: 'before' | 'after';
  readonly natc: 'before' | 'after';
  readonly mode: 'nftables' | 'iptables';
  /** What natc's ruleset says of destinations. */
  readonly facts: NatcFacts;
  readonly askAsClusterIP: AskAsClusterIP;
}

/** What natc would do with a packet; undefined where the address is no cluster IP, or nothing tells. */
export type AskAsClusterIP = (
  destination: Destination,
  result: ClientResult,
) => Behaviour | undefined;
