import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { noSteps, type OnStep } from '../../host/change/apply-step.ts';
import { describeRun, type Host, type RunResult, succeeded } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import { stateNotWritten } from '../../host/state/state-directory.ts';
import { canonicalOf } from '../canonical/written.ts';
import type { Delta } from '../delta.ts';
import { carriedAffinity } from './carry-affinity.ts';
import { verdictOn } from './commit-verdict.ts';
import { readStamps } from './kernel-tables.ts';
import { nftDiagnostics } from './nft-error.ts';
import {
  changedIn,
  commonRevision,
  type DesiredRuleset,
  differenceFrom,
  isStamped,
  type ObservedRuleset,
  observeRuleset,
} from './observed.ts';
import { type StoredRevision, storeRevision } from './revision-store.ts';
import {
  commit,
  isEmpty,
  isOutdated,
  replacement,
  type Transaction,
  transactionFor,
} from './transaction.ts';

export type ReconcileOutcome =
  | { readonly kind: 'up-to-date'; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: 'changed';
      readonly revision: Revision;
      /** What was sent; undefined when the tables were replaced whole. */
      readonly delta: Delta | undefined;
      /** Where the knowledge of what the kernel held came from in the end. */
      readonly source: ObservedRuleset['source'];
      readonly diagnostics: readonly Diagnostic[];
    }
  /** The kernel refused; it holds what it held before. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Others may be quicker, but not for ever: then something is wrong with nft. */
const mostAttempts = 4;

/**
 * Leads the kernel from what it holds to what is desired, in one transaction. When the kernel turns out
 * to hold something else than thought, it is listed and the difference computed anew; when even that
 * fails, or it cannot be listed, the tables are replaced whole.
 *
 * @param time seconds since 1970, for the stamp
 */
export async function reconcile(
  host: Host,
  directory: string,
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  time: number,
  onStep: OnStep = noSteps,
  attempts = mostAttempts,
): Promise<ReconcileOutcome> {
  const planned = changeFor(observed, desired, time);
  if (planned === undefined) {
    const { revision, stored } = observed;
    const diagnostics =
      revision === undefined || stored !== undefined
        ? []
        : await tryToStore(directory, { ...desired, ruleset: desired.written, revision }, onStep);
    return { kind: 'up-to-date', diagnostics };
  }

  const { revision } = planned;
  // Written first: whichever revision the stamp will name has its file.
  const stored = { ...desired, ruleset: desired.written, revision };
  const diagnostics = await tryToStore(directory, stored, onStep);
  // Listed last: clients that are pinned after it are not carried over.
  const { transaction, delta } = await withAffinity(host, observed, desired, planned);
  const result = await commit(host, transaction);
  const verdict = await verdictOn(host, transaction, revision, observed.stamps);
  const isSuccess = succeeded(result);
  if (verdict === 'done' || (isSuccess && verdict === 'unknown')) {
    onStep('committed');
    const remarks = isSuccess ? [] : [doneAllTheSame(result)];
    const doubts = verdict === 'unknown' ? [notReadBack] : [];
    const said = [...diagnostics, ...remarks, ...doubts];
    return { kind: 'changed', revision, delta, source: observed.source, diagnostics: said };
  }
  if (isSuccess && verdict === 'not-done') return { kind: 'refused', diagnostics: [notDone] };
  const isTaken = isSuccess || isOutdated(result);
  if (observed.ruleset === undefined || !isTaken || attempts <= 1) {
    const doubts = verdict === 'unknown' && result.kind === 'signalled' ? [notReadBack] : [];
    const complaints = isSuccess ? [notDone] : nftDiagnostics(result, desired.ruleset());
    return { kind: 'refused', diagnostics: [...complaints, ...doubts] };
  }
  if (!isSuccess && observed.source === 'kernel') {
    const unknown = { ...observed, ruleset: undefined };
    return reconcile(host, directory, unknown, desired, time, onStep, attempts - 1);
  }
  const again = await readAgain(host, directory, desired, time, onStep, attempts - 1);
  return isSuccess && again.kind === 'up-to-date'
    ? { kind: 'changed', revision, delta, source: 'kernel', diagnostics }
    : again;
}

async function readAgain(
  host: Host,
  directory: string,
  desired: DesiredRuleset,
  time: number,
  onStep: OnStep,
  attempts: number,
): Promise<ReconcileOutcome> {
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  const listed = await observeRuleset(host, directory, stamps, undefined);
  return reconcile(host, directory, listed, desired, time, onStep, attempts);
}

interface PlannedTransaction {
  readonly revision: Revision;
  readonly transaction: Transaction;
  /** Undefined when the tables are replaced whole. */
  readonly delta: Delta | undefined;
}

/**
 * What reconcile would send, pins that have to be carried over included.
 *
 * @returns undefined when the kernel holds what is desired
 */
export async function plannedTransaction(
  host: Host,
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  time: number,
): Promise<PlannedTransaction | undefined> {
  const planned = changeFor(observed, desired, time);
  return planned === undefined ? undefined : withAffinity(host, observed, desired, planned);
}

/** The same without pins, for which the kernel has to be asked. */
function changeFor(
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  time: number,
): PlannedTransaction | undefined {
  const delta = differenceFrom(observed, desired);
  if (delta !== undefined && isEmpty(delta) && isStamped(observed.stamps, desired))
    return undefined;
  const number = desired.number ?? (commonRevision(observed.stamps)?.number ?? 0) + 1;
  const revision: Revision = { number, digest: desired.digest, time };
  return { revision, delta, transaction: transactionTo(observed, desired, delta, revision) };
}

const transactionTo = (
  { stamps }: ObservedRuleset,
  { written }: DesiredRuleset,
  delta: Delta | undefined,
  revision: Revision,
): Transaction =>
  delta === undefined
    ? replacement(written, revision)
    : transactionFor(delta, stamps, written, revision);

async function withAffinity(
  host: Host,
  observed: ObservedRuleset,
  desired: DesiredRuleset,
  { revision, delta, transaction }: PlannedTransaction,
): Promise<PlannedTransaction> {
  // Where there was no table there are no pins.
  if (observed.ruleset?.tables.length === 0) return { revision, delta, transaction };
  const changed = changedIn(observed, desired);
  const before = observed.ruleset ?? observed.stored?.ruleset;
  const previous = before === undefined ? undefined : canonicalOf(before, changed);
  const next = canonicalOf(desired.written, changed);
  const { operations, cleanup } = transaction;
  const pins = await carriedAffinity(host, previous, next, [...operations, ...cleanup]);
  const again =
    delta === undefined || pins.remade.size === 0
      ? delta
      : differenceFrom(observed, desired, pins.remade);
  const rules = again === delta ? transaction : transactionTo(observed, desired, again, revision);
  return {
    revision,
    delta: again,
    transaction: { ...rules, operations: [...rules.operations, ...pins.operations] },
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
