import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Delta } from '../ruleset/delta.ts';
import { tableName } from '../ruleset/nftables/names.ts';
import { noSteps, type OnStep } from './apply-step.ts';
import { carriedPins } from './carry-pins.ts';
import {
  commonRevision,
  differenceFrom,
  familiesOf,
  type Held,
  heldRuleset,
  isStamped,
  type Wanted,
} from './held.ts';
import { type Host, succeeded } from './host.ts';
import { readStamps } from './kernel-tables.ts';
import { nftDiagnostics } from './nft-error.ts';
import { type Revision, readStamp } from './revision.ts';
import { type LoadedRevision, type StoredRevision, storeRevision } from './revision-store.ts';
import { stateErrorText } from './state-directory.ts';
import {
  commit,
  familiesTouched,
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
): Promise<ReconcileOutcome> {
  const planned = await plannedTransaction(host, held, wanted, time);
  if (planned === undefined) {
    const { revision, stored } = held;
    const diagnostics =
      revision === undefined || stored !== undefined
        ? []
        : await tryToStore(
            directory,
            { ...wanted, ruleset: wanted.canonical, revision },
            undefined,
            onStep,
          );
    return { kind: 'up-to-date', diagnostics };
  }

  const { revision, transaction, delta } = planned;
  // Written first: whichever revision the stamp will name has its file.
  const stored = { ...wanted, ruleset: wanted.canonical, revision };
  const diagnostics = await tryToStore(directory, stored, held.stored, onStep);
  const result = await commit(host, transaction);
  if (succeeded(result)) {
    onStep('committed');
    const changed = { kind: 'changed', revision, delta, source: held.source, diagnostics } as const;
    if (await isUndisturbed(host, held, wanted, transaction)) return changed;
    const again = await readAgain(host, directory, wanted, time, onStep);
    return again.kind === 'up-to-date' ? { ...changed, source: 'kernel' } : again;
  }
  if (held.ruleset === undefined || !isOutdated(result))
    return { kind: 'refused', diagnostics: nftDiagnostics(result, wanted.ruleset) };
  if (held.source === 'kernel')
    return reconcile(host, directory, { ...held, ruleset: undefined }, wanted, time, onStep);
  return readAgain(host, directory, wanted, time, onStep);
}

async function readAgain(
  host: Host,
  directory: string,
  wanted: Wanted,
  time: number,
  onStep: OnStep,
): Promise<ReconcileOutcome> {
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
  const listed = await heldRuleset(host, directory, stamps, true);
  return reconcile(host, directory, listed, wanted, time, onStep);
}

/**
 * A table that the transaction did not touch was not compared in it either: whether it still carries the
 * stamp that was found before.
 */
async function isUndisturbed(
  host: Host,
  { stamps }: Held,
  { canonical }: Wanted,
  transaction: Transaction,
): Promise<boolean> {
  const touched = familiesTouched(transaction);
  for (const family of familiesOf(canonical).filter((candidate) => !touched.has(candidate))) {
    const { stamp } = await readStamp(host, family, tableName);
    if (stamp?.half !== stamps[family]?.half) return false;
  }
  return true;
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
  const delta = differenceFrom(held, wanted);
  if (delta !== undefined && isEmpty(delta) && isStamped(held.stamps, wanted)) return undefined;
  const number = wanted.number ?? (commonRevision(held.stamps)?.number ?? 0) + 1;
  const revision: Revision = { number, digest: wanted.digest, time };
  const { operations, cleanup } =
    delta === undefined
      ? replacement(wanted.canonical, revision)
      : transactionFor(delta, held.stamps, wanted.canonical, revision);
  const isNew = held.ruleset?.tables.length === 0;
  const pins = isNew ? [] : await carriedPins(host, operations, wanted.canonical);
  return { revision, delta, transaction: { operations: [...operations, ...pins], cleanup } };
}

/** A full disk must not keep packets from being routed: the state file only saves time. */
async function tryToStore(
  directory: string,
  stored: StoredRevision,
  near: LoadedRevision | undefined,
  onStep: OnStep,
): Promise<readonly Diagnostic[]> {
  try {
    await storeRevision(directory, stored, near, onStep);
    return [];
  } catch (error) {
    return [stateNotWritten(directory, error)];
  }
}

export const stateNotWritten = (directory: string, error: unknown): Diagnostic => ({
  code: 'NATC5021',
  severity: 'warning',
  message: `the revision could not be written to ${directory}: ${stateErrorText(error)}`,
  places: [],
  hint: 'free some room, or name another directory with --state-dir; until then every apply lists the kernel',
});
