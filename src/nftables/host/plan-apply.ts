import { type ApplyPlan, planApply } from '../../host/change/plan-apply.ts';
import type { Revision } from '../../host/state/revision.ts';
import type { Delta } from '../delta.ts';
import {
  commonRevision,
  type DesiredRuleset,
  differenceFrom,
  isStamped,
  type ObservedRuleset,
} from './observed.ts';
import { isEmpty, replacement, type Transaction, transactionFor } from './transaction.ts';

export interface PlannedTransaction {
  readonly revision: Revision;
  readonly transaction: Transaction;
  /** Undefined when the tables are replaced whole. */
  readonly delta: Delta | undefined;
}

export interface PlannedChange {
  readonly plan: ApplyPlan;
  /** What is to be sent, but for affinity, for which the kernel has to be asked; undefined: nothing. */
  readonly change: PlannedTransaction | undefined;
}

/**
 * {@link planApply} for natc's tables, and the transaction that comes of it.
 *
 * @param time seconds since 1970, for the stamp
 */
export function planChange(
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  last: { readonly digest: string } | undefined,
  time: number,
): PlannedChange {
  const { ruleset, source, revision, stamps } = observed;
  const delta = differenceFrom(observed, desired);
  const plan = planApply(
    ruleset === undefined || delta === undefined
      ? { kind: 'unreadable' }
      : {
          ...{ kind: 'known', source, digest: revision?.digest },
          isEmpty: ruleset.tables.length === 0,
          differs: !isEmpty(delta) || !isStamped(stamps, desired),
        },
    desired,
    last,
  );
  if (plan.send === 'nothing') return { plan, change: undefined };
  const number = desired.number ?? (commonRevision(stamps)?.number ?? 0) + 1;
  const next: Revision = { number, digest: desired.digest, time };
  const transaction = transactionTo(observed, desired, delta, next);
  return { plan, change: { revision: next, delta, transaction } };
}

/** @param delta undefined: replace the tables whole */
export const transactionTo = (
  { stamps }: ObservedRuleset,
  { written }: DesiredRuleset,
  delta: Delta | undefined,
  revision: Revision,
): Transaction =>
  delta === undefined
    ? replacement(written, revision)
    : transactionFor(delta, stamps, written, revision);
