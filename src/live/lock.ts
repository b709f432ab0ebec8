import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve as absolute, join } from 'node:path';
import { kill } from 'node:process';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Programs, programsOn } from './programs.ts';
import { sharedReaper } from './reaper.ts';
import { makeStateDirectory, notOurs, UnsafeDirectoryError } from './state-directory.ts';
import { BadLockFileError, openLockFile, removeState } from './state-file.ts';
import { systemErrorText } from './system-error.ts';

/** A held lock. */
export interface Lock {
  readonly release: () => Promise<void>;
}

export type LockResult =
  | { readonly kind: 'held'; readonly lock: Lock }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'unavailable'; readonly reason: string | Diagnostic };

const lockFile = 'lock';

const longestComplaint = 4096;

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
      const failure = await lockOpenFile(file, { timeout: seconds, patience }, programs);
      if (failure === undefined && (await isAt(path, file)))
        return { kind: 'held', lock: { release: () => file.close() } };
      await file.close();
      if (failure !== undefined) return failure;
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

/** Whether the path leads to the open file still: who held the lock before may have removed it. */
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

/** @returns undefined when it is locked */
async function lockOpenFile(
  { fd }: FileHandle,
  { timeout, patience }: { readonly timeout: number; readonly patience: number },
  programs: Programs,
): Promise<Exclude<LockResult, { kind: 'held' }> | undefined> {
  const flock = await programs.find('flock');
  if (flock.kind === 'not-found') {
    const isAbsent = flock.message.endsWith('command not found');
    return { kind: 'unavailable', reason: isAbsent ? 'flock is not installed' : flock.message };
  }
  const env = await programs.environment();
  const reaper = await sharedReaper(programs);
  const child = spawn(flock.path, ['--exclusive', '--timeout', String(timeout), '3'], {
    cwd: '/',
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', fd],
  });
  const group = child.pid;
  if (group !== undefined) reaper?.started(group);
  const stop = (): void => {
    try {
      if (group !== undefined) kill(-group, 'SIGKILL');
    } catch {
      // It has ended.
    }
    // What left the group may hold the pipe for ever.
    child.stderr?.destroy();
    child.unref();
  };
  child.once('exit', () => {
    if (group !== undefined) reaper?.ended(group);
  });
  return new Promise((resolve) => {
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (complaint.length < longestComplaint) complaint += chunk.toString();
      else unavailable('flock complains without end');
    });
    const unavailable = (reason: string): void => {
      clearTimeout(overdue);
      stop();
      resolve({ kind: 'unavailable', reason });
    };
    const overdue = setTimeout(
      () => unavailable('flock does not end'),
      (timeout + patience) * 1000,
    );
    child.once('error', (error) => unavailable(error.message));
    child.once('close', (code, signal) => {
      clearTimeout(overdue);
      if (code === 0) return resolve(undefined);
      // flock says nothing when it gives up waiting; anything else comes with a message.
      resolve(
        code === 1 && complaint === ''
          ? { kind: 'timeout' }
          : {
              kind: 'unavailable',
              reason:
                complaint.trim() ||
                `flock ended ${code === null ? `by ${signal}` : `with status ${code}`}`,
            },
      );
    });
  });
}
