import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { noSteps, type OnStep } from '../../host/change/apply-step.ts';
import type { ApplyPlan } from '../../host/change/plan-apply.ts';
import { describeRun, type Host, type RunResult, succeeded } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import { stateNotWritten } from '../../host/state/state-directory.ts';
import { canonicalOf } from '../canonical/written.ts';
import type { Delta } from '../delta.ts';
import { afterCommit } from './after-commit.ts';
import { carriedAffinity } from './carry-affinity.ts';
import { verdictOn } from './commit-verdict.ts';
import { readStamps } from './kernel-tables.ts';
import { nftDiagnostics } from './nft-error.ts';
import {
  changedIn,
  type DesiredRuleset,
  differenceFrom,
  type ObservedRuleset,
  observeRuleset,
} from './observed.ts';
import type { PlannedTransaction } from './plan-apply.ts';
import { planChange, transactionTo } from './plan-apply.ts';
import { type StoredRevision, storeRevision } from './revision-store.ts';
import { commit, isOutdated } from './transaction.ts';

interface ChangedOutcome {
  readonly kind: 'changed';
  readonly revision: Revision;
  /** What was sent; undefined when the tables were replaced whole. */
  readonly delta: Delta | undefined;
  /** What has to be looked at afterwards. */
  readonly lookAt: ApplyPlan['lookAt'];
  readonly diagnostics: readonly Diagnostic[];
}

export type ReconcileOutcome =
  | {
      readonly kind: 'up-to-date';
      readonly lookAt: ApplyPlan['lookAt'];
      readonly diagnostics: readonly Diagnostic[];
    }
  | ChangedOutcome
  /** The kernel refused; it holds what it held before. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Others may be quicker, but not for ever: then something is wrong with nft. */
const mostAttempts = 4;

/**
 * Leads the kernel from what it holds to what is desired, in one transaction (see {@link planChange}). When the
 * kernel turns out to hold something else than thought, it is listed and the difference computed anew; when even
 * that fails, or it cannot be listed, the tables are replaced whole (see {@link afterCommit}).
 *
 * @param last what the last apply that did everything left behind
 * @param time seconds since 1970, for the stamp
 */
export async function reconcile(
  host: Host,
  directory: string,
  first: ObservedRuleset,
  desired: DesiredRuleset,
  last: { readonly digest: string } | undefined,
  time: number,
  onStep: OnStep = noSteps,
): Promise<ReconcileOutcome> {
  let observed = first;
  /** What nft said was done. */
  let sent: ChangedOutcome | undefined;
  for (let attempts = mostAttempts; ; attempts--) {
    const { plan, change } = planChange(observed, desired, last, time);
    const { lookAt } = plan;
    if (change === undefined) {
      if (sent !== undefined) return { ...sent, lookAt: 'everything' };
      const { revision, stored } = observed;
      const diagnostics =
        revision === undefined || stored !== undefined
          ? []
          : await tryToStore(directory, { ...desired, ruleset: desired.written, revision }, onStep);
      return { kind: 'up-to-date', lookAt, diagnostics };
    }

    const { revision } = change;
    // Written first: whichever revision the stamp will name has its file.
    const stored = { ...desired, ruleset: desired.written, revision };
    const diagnostics = await tryToStore(directory, stored, onStep);
    // Listed last: clients that get affinity after it are not carried over.
    const { transaction, delta } = await withAffinity(host, observed, desired, change);
    const result = await commit(host, transaction);
    const verdict = await verdictOn(host, transaction, revision, observed.stamps);
    const isSuccess = succeeded(result);
    const answer = isSuccess ? 'success' : isOutdated(result) ? 'outdated' : 'failure';
    const extent = plan.send === 'everything' ? 'everything' : 'difference';
    switch (afterCommit(answer, verdict, extent, observed.source, attempts)) {
      case 'done': {
        onStep('committed');
        const remarks = isSuccess ? [] : [doneAllTheSame(result)];
        const doubts = verdict === 'unknown' ? [notReadBack] : [];
        const said = [...diagnostics, ...remarks, ...doubts];
        return { kind: 'changed', revision, delta, lookAt, diagnostics: said };
      }
      case 'refused': {
        if (isSuccess) return { kind: 'refused', diagnostics: [notDone] };
        const doubts = verdict === 'unknown' && result.kind === 'signalled' ? [notReadBack] : [];
        const complaints = nftDiagnostics(result, desired.ruleset());
        return { kind: 'refused', diagnostics: [...complaints, ...doubts] };
      }
      case 'replace':
        observed = { ...observed, ruleset: undefined };
        break;
      case 'read-again': {
        if (isSuccess) sent = { kind: 'changed', revision, delta, lookAt, diagnostics };
        const stamps = await readStamps(host);
        if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
        observed = await observeRuleset(host, directory, stamps, undefined);
      }
    }
  }
}

/**
 * What reconcile would send, affinity that has to be carried over included.
 *
 * @returns undefined when the kernel holds what is desired
 */
export async function plannedTransaction(
  host: Host,
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  time: number,
): Promise<PlannedTransaction | undefined> {
  const { change } = planChange(observed, desired, undefined, time);
  return change === undefined ? undefined : withAffinity(host, observed, desired, change);
}

async function withAffinity(
  host: Host,
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  { revision, delta, transaction }: PlannedTransaction,
): Promise<PlannedTransaction> {
  // Where there was no table there is no affinity.
  if (observed.ruleset?.tables.length === 0) return { revision, delta, transaction };
  const changed = changedIn(observed, desired);
  const before = observed.ruleset ?? observed.stored?.ruleset;
  const previous = before === undefined ? undefined : canonicalOf(before, changed);
  const next = canonicalOf(desired.written, changed);
  const { operations, cleanup } = transaction;
  const carried = await carriedAffinity(host, previous, next, [...operations, ...cleanup]);
  const again =
    delta === undefined || carried.remade.size === 0
      ? delta
      : differenceFrom(observed, desired, carried.remade);
  const rules = again === delta ? transaction : transactionTo(observed, desired, again, revision);
  return {
    revision,
    delta: again,
    transaction: { ...rules, operations: [...rules.operations, ...carried.operations] },
  };
}

/** A full disk must not keep packets from being routed: the state file only saves time. */
async function tryToStore(
  directory: string,
  stored: StoredRevision,
  onStep: OnStep,
): Promise<readonly Diagnostic[]> {
  try {
    await storeRevision(directory, stored, onStep);
    return [];
  } catch (error) {
    return [stateNotWritten(directory, error)];
  }
}

const notDone: Diagnostic = {
  code: 'NATC5102',
  severity: 'error',
  message: 'nft reported success, but the kernel does not hold the change',
  places: [],
  hint: 'look which nft it is that natc runs (command -v nft), and whether another program changes the tables of natc',
};

const doneAllTheSame = (result: RunResult): Diagnostic => ({
  code: 'NATC5103',
  severity: 'warning',
  message: `nft reported a failure (${describeRun(result)}), but the kernel holds the change`,
  places: [],
});

const notReadBack: Diagnostic = {
  code: 'NATC5104',
  severity: 'error',
  message: 'whether the kernel holds the change could not be read back',
  places: [],
  hint: 'natc status tells, as soon as nft can list a set again',
};
