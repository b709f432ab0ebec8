import { readFile } from 'node:fs/promises';
import type { Programs } from './programs.ts';
import { sharedReaper } from './reaper.ts';
import { runChild } from './run-child.ts';

/** Why flock(1) did not lock. */
export type FlockFailure =
  /** Somebody else held the lock all the time. */
  { readonly kind: 'timeout' } | { readonly kind: 'unavailable'; readonly reason: string };

/** Bytes. */
const longestComplaint = 4096;

/** Seconds by which its clock and ours may differ. */
const clockTolerance = 0.1;

/**
 * Lets flock(1) put a kernel lock on a file that we have open. It ends, and the lock stays with the file.
 *
 * @param fd the descriptor of the file
 * @param seconds how long to wait for the lock
 * @param patience seconds more than that in which flock has to end
 * @returns undefined when flock says that it is locked
 */
export async function flock(
  fd: number,
  { seconds, patience }: { readonly seconds: number; readonly patience: number },
  programs: Programs,
): Promise<FlockFailure | undefined> {
  const found = await programs.find('flock');
  if (found.kind === 'not-found') {
    const isAbsent = found.message.endsWith('command not found');
    return unavailable(isAbsent ? 'flock is not installed' : found.message);
  }
  const from = performance.now();
  const result = await runChild(
    {
      path: found.path,
      args: ['--exclusive', '--timeout', `${seconds}`, '3'],
      stdin: '',
      env: await programs.environment(),
      cwd: '/',
      file: fd,
    },
    { seconds: seconds + patience, output: longestComplaint, grace: 0.1 },
    await sharedReaper(programs),
  );
  switch (result.kind) {
    case 'not-started':
      return unavailable(result.message);
    case 'signalled':
      return unavailable(
        result.limit === undefined
          ? `flock ended by ${result.signal}`
          : `flock was stopped by natc: ${result.limit}`,
      );
    case 'exited': {
      if (result.exitCode === 0) return undefined;
      const waited = (performance.now() - from) / 1000 + clockTolerance;
      // flock says nothing when it gives up waiting; anything else comes with a message.
      if (result.exitCode === 1 && result.stderr === '' && waited >= seconds)
        return { kind: 'timeout' };
      return unavailable(result.stderr.trim() || `flock ended with status ${result.exitCode}`);
    }
  }
}

const unavailable = (reason: string): FlockFailure => ({ kind: 'unavailable', reason });

/**
 * Whether the kernel says that a file we have open is locked by this very opening of it. Unlike /proc/locks
 * it does so in every PID namespace, though flock is gone.
 *
 * @returns false too where it does not say
 */
export const isLocked = (fd: number): Promise<boolean> =>
  readFile(`/proc/self/fdinfo/${fd}`, 'utf8').then(
    (text) => /^lock:\t\d+: FLOCK +ADVISORY +WRITE /m.test(text),
    () => false,
  );
