import { type ApplyPlan, planApply } from '../../host/change/plan-apply.ts';
import { ruleCount } from '../tables.ts';
import type { DesiredTables, ObservedTables } from './observed.ts';
import { type PlannedCommits, plannedCommits } from './transaction.ts';

export interface PlannedChange {
  readonly plan: ApplyPlan;
  /** What is to be sent; undefined: nothing. */
  readonly change: PlannedCommits | undefined;
}

/**
 * {@link planApply} for natc's chains, and the commits that come of it.
 *
 * @param time seconds since 1970, for the stamps
 */
export function planChange(
  observed: ObservedTables,
  desired: DesiredTables,
  last: { readonly digest: string } | undefined,
  time: number,
): PlannedChange {
  const { rules, revision, source } = observed;
  const change = plannedCommits(observed, desired, time);
  const plan = planApply(
    {
      ...{ kind: 'known', source, digest: revision?.digest },
      isEmpty: ruleCount(rules) === 0,
      differs: change !== undefined,
    },
    desired,
    last,
  );
  return { plan, change };
}
