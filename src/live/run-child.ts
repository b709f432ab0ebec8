import { spawn } from 'node:child_process';
import { kill } from 'node:process';
import type { RunResult } from './host.ts';
import type { Reaper } from './reaper.ts';

/** What a program may take. */
export interface ChildLimits {
  /** Seconds, for little input. */
  readonly seconds: number;
  /** Bytes on stdout, and on stderr; one that prints more is stopped. */
  readonly output: number;
  /** Seconds that it has to end after it was asked to. */
  readonly grace: number;
}

export const defaultLimits: ChildLimits = { seconds: 60, output: 256 * 1024 * 1024, grace: 0.5 };

/** Bytes of input for which a second more is given: nft takes 17 MB in 4 to 20 s, iptables-restore longer. */
const inputPerSecond = 100_000;

/** Bytes of complaints that are kept; the others are read and forgotten. */
const keptComplaints = 64 * 1024;

export interface Child {
  /** Where it is; a name alone is looked for in the PATH of `env`. */
  readonly path: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: natc's own. */
  readonly cwd: string | undefined;
}

/**
 * Runs a program to its end, in a process group of its own. One that takes too long or prints too much
 * is stopped with all that it started. Never rejects.
 */
export function runChild(
  { path, args, stdin, env, cwd }: Child,
  limits: ChildLimits,
  reaper: Reaper | undefined,
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { cwd, env, detached: true, stdio: 'pipe' });
    const group = child.pid;
    if (group !== undefined) reaper?.started(group);
    const out: Buffer[] = [];
    const complaints: Buffer[] = [];
    let [printed, complained] = [0, 0];
    let limit: string | undefined;
    const timers: NodeJS.Timeout[] = [];

    const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
      try {
        if (group !== undefined) kill(-group, name);
      } catch {
        // It has ended.
      }
    };
    const stop = (reason: string): void => {
      if (limit !== undefined) return;
      limit = reason;
      signal('SIGTERM');
      timers.push(setTimeout(() => signal('SIGKILL'), limits.grace * 1000));
      // What left the group may hold the pipes for ever.
      timers.push(setTimeout(() => finish(null, 'SIGKILL'), limits.grace * 2000));
    };
    const seconds = limits.seconds + Math.floor(stdin.length / inputPerSecond);
    timers.push(setTimeout(() => stop(`it took longer than ${seconds} s`), seconds * 1000));

    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.length;
      if (printed > limits.output) stop(`it printed more than ${limits.output} bytes`);
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (complained < keptComplaints)
        complaints.push(chunk.subarray(0, keptComplaints - complained));
      complained += chunk.length;
      if (complained > limits.output) stop(`it printed more than ${limits.output} bytes`);
    });
    // A program may end before it has read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);

    child.once('error', (error) => {
      done({ kind: 'not-started', message: error.message });
    });
    child.once('close', (exitCode, name) => finish(exitCode, name));

    function finish(exitCode: number | null, name: NodeJS.Signals | null): void {
      // It may have started others, which took no notice.
      if (limit !== undefined) signal('SIGKILL');
      const dropped = complained - keptComplaints;
      const rest = dropped > 0 ? `\n(${dropped} more bytes)\n` : '';
      const stderr = Buffer.concat(complaints).toString() + rest;
      if (limit !== undefined) done({ kind: 'signalled', signal: 'SIGKILL', stderr, limit });
      else if (name !== null) done({ kind: 'signalled', signal: name, stderr });
      else
        done({
          kind: 'exited',
          exitCode: exitCode ?? 0,
          stdout: Buffer.concat(out).toString(),
          stderr,
        });
    }

    function done(result: RunResult): void {
      for (const timer of timers) clearTimeout(timer);
      if (group !== undefined) reaper?.ended(group);
      child.stdout.destroy();
      child.stderr.destroy();
      child.stdin.destroy();
      child.unref();
      resolve(result);
    }
  });
}
