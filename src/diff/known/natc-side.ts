import type { FamilyPlan } from '../../plan/plan.ts';

/** What is known of natc's side beside its rules. */
export interface NatcSide {
  /** What they were made from, where that is at hand. */
  readonly plan?: FamilyPlan;
  /** The node that they were made for, where somebody says. */
  readonly nodeName?: string;
  /** Whether the kube-proxy beside it takes `10.96.0.10 tcp 80` for a cluster IP and an external address. */
  readonly isListedTwice?: (destination: string) => boolean;
}
