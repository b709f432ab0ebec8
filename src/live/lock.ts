import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
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

/**
 * Takes the lock that lets one natc at a time change this host, waiting up to `timeout` seconds.
 *
 * flock(1) holds a kernel lock on a file for as long as the `cat` it runs lives, and `cat` ends when
 * our end of the pipe closes: however natc dies, kill -9 included, no stale lock is left behind.
 */
export async function takeLock(directory: string, timeout: number): Promise<LockResult> {
  try {
    await makeStateDirectory(directory);
    await makeLockFile(directory, lockFile);
  } catch (error) {
    const isUnsafe = error instanceof UnsafeDirectoryError;
    const reason = isUnsafe ? notOurs(directory, error.unsafe) : systemErrorText(error);
    return { kind: 'unavailable', reason };
  }
  const path = join(directory, lockFile);
  const child = spawn(
    'flock',
    ['--exclusive', '--timeout', String(timeout), path, 'sh', '-c', 'echo held; exec cat'],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return new Promise((resolve) => {
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'flock is not installed' : error.message;
      resolve({ kind: 'unavailable', reason });
    });
    child.stdout.once('data', () => {
      const release = async (): Promise<void> => {
        child.stdin.end();
        await ended;
      };
      resolve({ kind: 'held', lock: { release } });
    });
    child.once('close', (code) => {
      // flock says nothing when it gives up waiting; anything else comes with a message.
      resolve(
        code === 1 && complaint === ''
          ? { kind: 'timeout' }
          : { kind: 'unavailable', reason: complaint.trim() || `flock ended with status ${code}` },
      );
    });
  });
}
