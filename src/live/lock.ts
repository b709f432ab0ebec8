import { spawn } from 'node:child_process';
import { resolve as absolute, join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Programs, programsOn } from './programs.ts';
import { makeStateDirectory, notOurs, UnsafeDirectoryError } from './state-directory.ts';
import { makeLockFile } from './state-file.ts';
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

/** Seconds more than its own timeout that flock gets, and to end. */
const patience = 5;

const longestComplaint = 4096;

/**
 * Takes the lock that lets one natc at a time change this host, waiting up to `timeout` seconds.
 *
 * flock(1) holds a kernel lock on a file for as long as the `cat` it runs lives, and `cat` ends when
 * our end of the pipe closes: however natc dies, kill -9 included, no stale lock is left behind.
 */
export async function takeLock(
  directory: string,
  timeout: number,
  programs: Programs = programsOn(undefined),
): Promise<LockResult> {
  try {
    await makeStateDirectory(directory);
    await makeLockFile(directory, lockFile);
  } catch (error) {
    const isUnsafe = error instanceof UnsafeDirectoryError;
    const reason = isUnsafe ? notOurs(directory, error.unsafe) : systemErrorText(error);
    return { kind: 'unavailable', reason };
  }
  const path = join(absolute(directory), lockFile);
  const flock = await programs.find('flock');
  if (flock.kind === 'not-found') {
    const isAbsent = flock.message.endsWith('command not found');
    return { kind: 'unavailable', reason: isAbsent ? 'flock is not installed' : flock.message };
  }
  const shell = await programs.find('sh');
  if (shell.kind === 'not-found') return { kind: 'unavailable', reason: shell.message };
  const child = spawn(
    flock.path,
    ['--exclusive', '--timeout', String(timeout), path, shell.path, '-c', 'echo held; exec cat'],
    { cwd: '/', env: await programs.environment(), stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return new Promise((resolve) => {
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < longestComplaint) complaint += chunk.toString();
    });
    child.stdin.on('error', () => {});
    const overdue = setTimeout(
      () => {
        child.kill('SIGKILL');
        resolve({ kind: 'unavailable', reason: 'flock does not end' });
      },
      (timeout + patience) * 1000,
    );
    child.once('error', (error) => {
      clearTimeout(overdue);
      resolve({ kind: 'unavailable', reason: error.message });
    });
    child.stdout.once('data', () => {
      clearTimeout(overdue);
      const release = async (): Promise<void> => {
        child.stdin.end();
        const late = setTimeout(() => child.kill('SIGKILL'), patience * 1000);
        await ended;
        clearTimeout(late);
      };
      resolve({ kind: 'held', lock: { release } });
    });
    child.once('close', (code) => {
      clearTimeout(overdue);
      // flock says nothing when it gives up waiting; anything else comes with a message.
      resolve(
        code === 1 && complaint === ''
          ? { kind: 'timeout' }
          : { kind: 'unavailable', reason: complaint.trim() || `flock ended with status ${code}` },
      );
    });
  });
}
