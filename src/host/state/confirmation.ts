import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import { type BackendName, isBackendName } from '../../options.ts';
import { stateErrorText } from './state-directory.ts';
import { readState, removeState, writeState } from './state-file.ts';
import { isDigest, isTime } from './state-shape.ts';
import { allowAgain } from './unconfirmed.ts';

/** A change that is undone unless somebody confirms it. */
export interface Confirmation {
  readonly seconds: number;
  /** Starts the process that rolls back; it must outlive this one and its terminal. @throws if it cannot */
  readonly startWatcher: (change: PendingChange) => Promise<void>;
}

/** What waits, and what was there before. */
export interface PendingChange {
  /** The revision that waits. */
  readonly digest: string;
  /** The revision to go back to; undefined: there were no tables. */
  readonly previous: string | undefined;
  /** Through what it was made; undefined: an earlier natc did not say. */
  readonly backend: BackendName | undefined;
}

/** What the watcher and `natc confirm` find in the state directory. */
export interface Pending extends PendingChange {
  /** When it began to wait, seconds since 1970; undefined: an earlier natc did not say. */
  readonly since: number | undefined;
  /** Seconds since 1970. */
  readonly deadline: number;
}

/** How it stands with the change that is to be confirmed. */
export type Pendency =
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting'; readonly change: PendingChange; readonly left: number }
  /** Nobody confirmed it, and it is there still. `ago` is undefined where the times make no sense. */
  | { readonly kind: 'expired'; readonly change: PendingChange; readonly ago: number | undefined }
  /** Something waits, and the file does not say what. */
  | { readonly kind: 'damaged' };

/** Changes with the shape of the file; others are damaged. */
const format = 1;

const pendingFile = 'confirm.json';

/** Seconds: what `--confirm-timeout` takes at most. */
const longestWait = 999_999 * 3600;

/** Seconds by which a clock may be set back without being taken for another time. */
const clockTolerance = 60;

/**
 * Prepares to go back, before the change is made: whatever ends this process afterwards, the watcher
 * runs. What the kernel holds is stored as a revision unless it is one already.
 *
 * @param digest the revision that will wait
 * @param storePrevious stores what there is now, and gives its digest; undefined where there is nothing
 * @returns why going back could not be prepared
 */
export async function waitForConfirmation(
  directory: string,
  { seconds, startWatcher }: Confirmation,
  backend: BackendName,
  digest: string,
  now: number,
  storePrevious: () => Promise<string | undefined>,
): Promise<readonly Diagnostic[]> {
  try {
    const previous = await storePrevious();
    const change: PendingChange = { digest, previous, backend };
    const pending: Pending = { ...change, since: now, deadline: now + seconds };
    await writeState(directory, pendingFile, JSON.stringify({ format, ...pending }));
    await startWatcher(change);
    await allowAgain(directory);
    return [];
  } catch (error) {
    await forgetPending(directory).catch(() => {});
    return [cannotPrepare(stateErrorText(error))];
  }
}

/** The change that waits to be confirmed, if there is one and the file is whole. */
export const loadPending = (directory: string): Promise<Pending | undefined> =>
  readState(directory, pendingFile, (json) => {
    const change = changeIn(json);
    const times = timesIn(json);
    return change === undefined || times === undefined ? undefined : { ...change, ...times };
  });

/**
 * Whether a change waits, and how long still. Times that cannot be (a clock that was set back included)
 * count as over: what nobody may have confirmed is not to stay.
 *
 * @param now seconds since 1970
 */
export async function pendencyOf(directory: string, now: number): Promise<Pendency> {
  const found = await readPending(directory);
  if (found === undefined) return { kind: 'none' };
  const change = changeIn(found.json);
  if (change === undefined) return { kind: 'damaged' };
  const times = timesIn(found.json);
  if (times === undefined || !arePossible(times, now))
    return { kind: 'expired', change, ago: undefined };
  const left = times.deadline - now;
  return left > 0 ? { kind: 'waiting', change, left } : { kind: 'expired', change, ago: -left };
}

function arePossible({ since, deadline }: Pick<Pending, 'since' | 'deadline'>, now: number) {
  const from = since ?? now;
  return deadline - from <= longestWait && now >= from - clockTolerance;
}

/** What is in the file; its JSON is undefined where it has none. It may come and go meanwhile. */
async function readPending(directory: string): Promise<{ readonly json: unknown } | undefined> {
  for (let attempts = 3; attempts > 0; attempts--) {
    const found = await readState(directory, pendingFile, (json) => ({ json }));
    if (found !== undefined) return found;
    const entry = await lstat(join(directory, pendingFile)).catch(() => undefined);
    if (entry === undefined) return undefined;
  }
  return { json: undefined };
}

function changeIn(json: unknown): PendingChange | undefined {
  if (!isMapping(json) || json['format'] !== format) return undefined;
  const { digest, previous, backend } = json;
  const isWhole =
    isDigest(digest) &&
    (previous === undefined || isDigest(previous)) &&
    (backend === undefined || isBackendName(backend));
  return isWhole ? { digest, previous, backend } : undefined;
}

function timesIn(json: unknown): Pick<Pending, 'since' | 'deadline'> | undefined {
  if (!isMapping(json)) return undefined;
  const { since, deadline } = json;
  const areTimes = (since === undefined || isTime(since)) && isTime(deadline);
  return areTimes && (since ?? 0) <= deadline ? { since, deadline } : undefined;
}

/** Nothing waits any more: confirmed, rolled back, or never done. @throws the system's error */
export const forgetPending = (directory: string): Promise<void> =>
  removeState(directory, pendingFile);

/** Another change would keep the one that waits from being undone. */
export async function unconfirmed(directory: string, now: number): Promise<readonly Diagnostic[]> {
  const pendency = await pendencyOf(directory, now);
  switch (pendency.kind) {
    case 'none':
    // An apply says so before it comes here.
    case 'damaged':
      return [];
    case 'waiting':
      return [
        stillPending(
          `waits to be confirmed, for ${pendency.left} more seconds`,
          'keep it with natc confirm, or undo it with natc rollback',
        ),
      ];
    case 'expired':
      return [
        stillPending(
          'was not confirmed in time and is still there',
          'natc apply rolls it back before anything else, and so does natc rollback',
        ),
      ];
  }
}

const stillPending = (state: string, hint: string): Diagnostic => ({
  code: 'NATC5029',
  severity: 'error',
  message: `the last change ${state}`,
  places: [],
  hint,
});

export const cannotPrepare = (reason: string): Diagnostic => ({
  code: 'NATC5034',
  severity: 'error',
  message: `cannot prepare to roll back: ${reason}`,
  places: [],
  hint: 'apply without --confirm-timeout, or repair that first',
});

/** A change waits, and what it is cannot be told. */
export const damagedPending = (stateDirectory: string): Diagnostic => ({
  code: 'NATC5108',
  severity: 'warning',
  message: `a change waited to be confirmed, but confirm.json in ${stateDirectory} is damaged: it stays, and nothing will roll it back`,
  places: [],
  hint: 'natc rollback goes back to the revision before it',
});
