import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { digestOf } from '../ruleset/digest.ts';
import type { Held, Wanted } from './held.ts';
import { hasRevision, storeRevision } from './revision-store.ts';
import { stateErrorText } from './state-directory.ts';
import { readState, removeState, writeState } from './state-file.ts';
import { isDigest, isRecord, isTime } from './state-shape.ts';

/** A change that is undone unless somebody confirms it. */
export interface Confirmation {
  readonly seconds: number;
  /** Starts the process that rolls back; it must outlive this one and its terminal. */
  readonly startWatcher: (digest: string) => void;
}

/** What the watcher and `natc confirm` find in the state directory. */
export interface Pending {
  /** The revision that waits. */
  readonly digest: string;
  /** The revision to go back to; undefined: there were no tables. */
  readonly previous: string | undefined;
  /** Seconds since 1970. */
  readonly deadline: number;
}

/** Changes with the shape of the file; others are ignored. */
const format = 1;

const pendingFile = 'confirm.json';

/**
 * Prepares to go back, before the change is made: whatever ends this process afterwards, the watcher
 * runs. What the kernel holds is stored as a revision unless it is one already.
 *
 * @returns why going back could not be prepared
 */
export async function awaitConfirmation(
  directory: string,
  { seconds, startWatcher }: Confirmation,
  held: Held,
  { digest }: Wanted,
  now: number,
): Promise<readonly Diagnostic[]> {
  const { ruleset } = held;
  if (ruleset === undefined) return [cannotPrepare("natc's tables cannot be read")];
  const confirmation = { seconds, startWatcher };
  return waitForConfirmation(directory, confirmation, digest, now, () =>
    storedDigest(directory, held, ruleset, now),
  );
}

/**
 * The same for any backend.
 *
 * @param digest the revision that will wait
 * @param storePrevious stores what there is now, and gives its digest; undefined where there is nothing
 */
export async function waitForConfirmation(
  directory: string,
  { seconds, startWatcher }: Confirmation,
  digest: string,
  now: number,
  storePrevious: () => Promise<string | undefined>,
): Promise<readonly Diagnostic[]> {
  try {
    const previous = await storePrevious();
    const pending: Pending = { digest, previous, deadline: now + seconds };
    await writeState(directory, pendingFile, JSON.stringify({ format, ...pending }));
    startWatcher(digest);
    return [];
  } catch (error) {
    return [cannotPrepare(stateErrorText(error))];
  }
}

async function storedDigest(
  directory: string,
  held: Held,
  ruleset: NonNullable<Held['ruleset']>,
  now: number,
): Promise<string | undefined> {
  if (ruleset.tables.length === 0) return undefined;
  if (held.source === 'state' && held.revision !== undefined) return held.revision.digest;
  const digest = digestOf(ruleset);
  const revision = { number: held.revision?.number ?? 0, digest, time: held.revision?.time ?? now };
  if (!(await hasRevision(directory, digest)))
    await storeRevision(directory, { revision, ruleset, flowServices: [] }, held.stored);
  return digest;
}

/** The change that waits to be confirmed, if there is one. */
export const loadPending = (directory: string): Promise<Pending | undefined> =>
  readState(directory, pendingFile, pendingIn);

function pendingIn(json: unknown): Pending | undefined {
  if (!isRecord(json) || json['format'] !== format) return undefined;
  const { digest, previous, deadline } = json;
  const isWhole =
    isDigest(digest) && (previous === undefined || isDigest(previous)) && isTime(deadline);
  return isWhole ? { digest, previous, deadline } : undefined;
}

/** Nothing waits any more: confirmed, rolled back, or never done. */
export const forgetPending = (directory: string): Promise<void> =>
  removeState(directory, pendingFile);

/** Another change would keep the watcher from undoing the one that waits. */
export async function unconfirmed(directory: string, now: number): Promise<readonly Diagnostic[]> {
  const pending = await loadPending(directory);
  if (pending === undefined || pending.deadline <= now) return [];
  return [
    {
      code: 'NATC5029',
      severity: 'error',
      message: `the last change waits to be confirmed, for ${pending.deadline - now} more seconds`,
      places: [],
      hint: 'keep it with natc confirm, or undo it with natc rollback',
    },
  ];
}

export const cannotPrepare = (reason: string): Diagnostic => ({
  code: 'NATC5034',
  severity: 'error',
  message: `cannot prepare to roll back: ${reason}`,
  places: [],
  hint: 'apply without --confirm-timeout, or repair that first',
});
