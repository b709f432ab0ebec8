import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { noSteps, type OnStep } from '../../host/change/apply-step.ts';
import { describeRun, type Host, type RunResult, succeeded } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import { stateNotWritten } from '../../host/state/state-directory.ts';
import { canonicalOf } from '../canonical/written.ts';
import type { Delta } from '../delta.ts';
import { carriedPins } from './carry-pins.ts';
import { verdictOn } from './commit-verdict.ts';
import { readStamps } from './kernel-tables.ts';
import { nftDiagnostics } from './nft-error.ts';
import {
  changedIn,
  commonRevision,
  differenceFrom,
  type Held,
  heldRuleset,
  isStamped,
  type Wanted,
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
      readonly source: Held['source'];
      readonly diagnostics: readonly Diagnostic[];
    }
  /** The kernel refused; it holds what it held before. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Others may be quicker, but not for ever: then something is wrong with nft. */
const mostAttempts = 4;

/**
 * Leads the kernel from what it holds to what is wanted, in one transaction. When the kernel turns out
 * to hold something else than thought, it is listed and the difference computed anew; when even that
 * fails, or it cannot be listed, the tables are replaced whole.
 *
 * @param time seconds since 1970, for the stamp
 */
export async function reconcile(
  host: Host,
  directory: string,
  held: Held,
  wanted: Wanted,
  time: number,
  onStep: OnStep = noSteps,
  attempts = mostAttempts,
): Promise<ReconcileOutcome> {
  const planned = changeFor(held, wanted, time);
  if (planned === undefined) {
    const { revision, stored } = held;
    const diagnostics =
      revision === undefined || stored !== undefined
        ? []
        : await tryToStore(directory, { ...wanted, ruleset: wanted.written, revision }, onStep);
    return { kind: 'up-to-date', diagnostics };
  }

  const { revision } = planned;
  // Written first: whichever revision the stamp will name has its file.
  const stored = { ...wanted, ruleset: wanted.written, revision };
  const diagnostics = await tryToStore(directory, stored, onStep);
  // Listed last: clients that are pinned after it are not carried over.
  const { transaction, delta } = await withPins(host, held, wanted, planned);
  const result = await commit(host, transaction);
  const verdict = await verdictOn(host, transaction, revision, held.stamps);
  const isSuccess = succeeded(result);
  if (verdict === 'done' || (isSuccess && verdict === 'unknown')) {
    onStep('committed');
    const remarks = isSuccess ? [] : [doneAllTheSame(result)];
    const doubts = verdict === 'unknown' ? [notReadBack] : [];
    const said = [...diagnostics, ...remarks, ...doubts];
    return { kind: 'changed', revision, delta, source: held.source, diagnostics: said };
  }
  if (isSuccess && verdict === 'not-done') return { kind: 'refused', diagnostics: [notDone] };
  const isTaken = isSuccess || isOutdated(result);
  if (held.ruleset === undefined || !isTaken || attempts <= 1) {
    const doubts = verdict === 'unknown' && result.kind === 'signalled' ? [notReadBack] : [];
    const complaints = isSuccess ? [notDone] : nftDiagnostics(result, wanted.ruleset());
    return { kind: 'refused', diagnostics: [...complaints, ...doubts] };
  }
  if (!isSuccess && held.source === 'kernel') {
    const unknown = { ...held, ruleset: undefined };
    return reconcile(host, directory, unknown, wanted, time, onStep, attempts - 1);
  }
  const again = await readAgain(host, directory, wanted, time, onStep, attempts - 1);
  return isSuccess && again.kind === 'up-to-date'
    ? { kind: 'changed', revision, delta, source: 'kernel', diagnostics }
    : again;
}

async function readAgain(
  host: Host,
  directory: string,
  wanted: Wanted,
  time: number,
  onStep: OnStep,
  attempts: number,
): Promise<ReconcileOutcome> {
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  const listed = await heldRuleset(host, directory, stamps, undefined);
  return reconcile(host, directory, listed, wanted, time, onStep, attempts);
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
 * @returns undefined when the kernel holds what is wanted
 */
export async function plannedTransaction(
  host: Host,
  held: Held,
  wanted: Wanted,
  time: number,
): Promise<PlannedTransaction | undefined> {
  const planned = changeFor(held, wanted, time);
  return planned === undefined ? undefined : withPins(host, held, wanted, planned);
}

/** The same without pins, for which the kernel has to be asked. */
function changeFor(held: Held, wanted: Wanted, time: number): PlannedTransaction | undefined {
  const delta = differenceFrom(held, wanted);
  if (delta !== undefined && isEmpty(delta) && isStamped(held.stamps, wanted)) return undefined;
  const number = wanted.number ?? (commonRevision(held.stamps)?.number ?? 0) + 1;
  const revision: Revision = { number, digest: wanted.digest, time };
  return { revision, delta, transaction: transactionTo(held, wanted, delta, revision) };
}

const transactionTo = (
  { stamps }: Held,
  { written }: Wanted,
  delta: Delta | undefined,
  revision: Revision,
): Transaction =>
  delta === undefined
    ? replacement(written, revision)
    : transactionFor(delta, stamps, written, revision);

async function withPins(
  host: Host,
  held: Held,
  wanted: Wanted,
  { revision, delta, transaction }: PlannedTransaction,
): Promise<PlannedTransaction> {
  // Where there was no table there are no pins.
  if (held.ruleset?.tables.length === 0) return { revision, delta, transaction };
  const changed = changedIn(held, wanted);
  const before = held.ruleset ?? held.stored?.ruleset;
  const previous = before === undefined ? undefined : canonicalOf(before, changed);
  const next = canonicalOf(wanted.written, changed);
  const { operations, cleanup } = transaction;
  const pins = await carriedPins(host, previous, next, [...operations, ...cleanup]);
  const again =
    delta === undefined || pins.remade.size === 0
      ? delta
      : differenceFrom(held, wanted, pins.remade);
  const rules = again === delta ? transaction : transactionTo(held, wanted, again, revision);
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
