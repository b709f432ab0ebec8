import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve as absolute, join } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type FlockFailure, flock, isLocked } from '../machine/flock.ts';
import { type Programs, programsOn } from '../machine/programs.ts';
import { systemErrorText } from '../machine/system-error.ts';
import { makeStateDirectory, notOurs, UnsafeDirectoryError } from './state-directory.ts';
import { BadLockFileError, openLockFile, removeState } from './state-file.ts';

/** A held lock. */
export interface Lock {
  readonly release: () => Promise<void>;
}

export type LockResult =
  | { readonly kind: 'held'; readonly lock: Lock }
  | FlockFailure
  | { readonly kind: 'unavailable'; readonly reason: string | Diagnostic };

const lockFile = 'lock';

/**
 * Takes the lock that lets one natc at a time change this host, waiting up to `timeout` seconds.
 *
 * flock(1) puts a kernel lock on a file that we have open, and the lock lives for as long as we have:
 * however natc dies, kill -9 included, no stale lock is left behind. The programs that natc runs do not
 * inherit it, since Node opens files with O_CLOEXEC.
 *
 * @param patience seconds more than its own timeout that flock gets
 */
export async function takeLock(
  directory: string,
  timeout: number,
  programs: Programs = programsOn(undefined),
  patience = 5,
): Promise<LockResult> {
  const path = join(absolute(directory), lockFile);
  const end = Date.now() + timeout * 1000;
  try {
    await makeStateDirectory(directory);
    for (;;) {
      const file = await openLockFile(path);
      const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      const failure =
        (await flock(file.fd, { seconds, patience }, programs)) ??
        // Who held the lock before may have removed the file.
        ((await isAt(path, file)) ? await doubt(file.fd, path, patience, programs) : 'again');
      if (failure === undefined) return { kind: 'held', lock: { release: () => file.close() } };
      await file.close();
      if (failure !== 'again') return failure;
    }
  } catch (error) {
    return { kind: 'unavailable', reason: reasonOf(error, directory, path) };
  }
}

/**
 * Removes the file of the lock. Whoever holds it may do so, as the last thing: who waits for it notices
 * that its file is gone, and takes the lock on a new one.
 *
 * @throws the system's error
 */
export const removeLock = (directory: string): Promise<void> => removeState(directory, lockFile);

/**
 * What speaks against flock, which ended with 0. Where the kernel does not tell of our lock, it may be a
 * kernel that never does: nobody else may get the lock then.
 */
async function doubt(
  fd: number,
  path: string,
  patience: number,
  programs: Programs,
): Promise<FlockFailure | undefined> {
  if (await isLocked(fd)) return undefined;
  const other = await openLockFile(path);
  try {
    const second = await flock(other.fd, { seconds: 0, patience }, programs);
    if (second?.kind === 'timeout') return undefined;
    return second ?? { kind: 'unavailable', reason: 'flock ends with 0 and locks nothing' };
  } finally {
    await other.close();
  }
}

/** Whether the path leads to the open file still. */
async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const there = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (there === undefined) return false;
  try {
    // Both of open files: overlayfs had other numbers for a path than for an open file.
    const [found, ours] = await Promise.all([there.stat(), file.stat()]);
    return found.ino === ours.ino && found.dev === ours.dev;
  } finally {
    await there.close();
  }
}

function reasonOf(error: unknown, directory: string, path: string): string | Diagnostic {
  if (error instanceof UnsafeDirectoryError) return notOurs(directory, error.unsafe);
  return error instanceof BadLockFileError
    ? badLockFile(path, error.message)
    : systemErrorText(error);
}

/** @param fault what speaks against the file, in the words of a message, after its path */
const badLockFile = (path: string, fault: string): Diagnostic => ({
  code: 'NATC5118',
  severity: 'error',
  message: `the lock file ${path} ${fault}`,
  places: [{ kind: 'file', name: path }],
  hint: 'remove it when no natc is running: natc makes it anew',
});
