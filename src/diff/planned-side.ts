import type { Ruleset } from '../nftables/ast.ts';
import type { Plan } from '../plan/plan.ts';
import type { TrafficDiff } from './change.ts';
import type { FamilyPair, PairSide } from './family-pair.ts';
import type { Surroundings } from './surroundings.ts';

/** A plan, and the nftables ruleset of it, off which it is read what packets there are to be asked about. */
export interface PlannedSide {
  /** Undefined for a ruleset that was not compiled. */
  readonly plan: Plan | undefined;
  readonly ruleset: Ruleset;
}

/** Compares what a backend's rules of two plans do to packets. Pure. */
export type CompareTraffic = (
  before: PlannedSide,
  after: PlannedSide,
  nodeAddresses: ReadonlySet<string>,
  surroundings: Surroundings,
) => TrafficDiff;

/** Makes a side of a pair answer by a backend's rules of a plan. */
export type AnswersOf = (plan: Plan) => (pair: FamilyPair, side: PairSide) => PairSide;
