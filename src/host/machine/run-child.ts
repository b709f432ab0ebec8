import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { kill } from 'node:process';
import type { Readable } from 'node:stream';
import type { execa as Execa } from 'execa';
import { childOptions } from './child-options.ts';
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
  /** How its bytes become text; latin1 keeps each one. */
  readonly encoding?: 'utf8' | 'latin1';
  /** An open file of natc's that it gets as its descriptor 3. */
  readonly file?: number;
}

/**
 * Runs a program to its end, in a process group of its own. One that takes too long or prints too much
 * is stopped with all that it started. Never rejects.
 */
export async function runChild(
  child: Child,
  limits: ChildLimits,
  reaper: Reaper | undefined,
): Promise<RunResult> {
  try {
    const { execa } = await import('execa');
    const subprocess = startChild(execa, child, limits, reaper?.shell);
    if (subprocess.pid !== undefined) reaper?.started(subprocess.pid);
    subprocess.stdin.on('error', () => {});
    if (reaper !== undefined) subprocess.stdin.write(goOn);
    subprocess.stdin.end(child.stdin);
    const result = await endOf(subprocess, child, limits, reaper);
    const isDoubtful = result.kind === 'exited' && shellFailures.has(result.exitCode);
    const problem = isDoubtful ? await executableProblem(child) : undefined;
    return problem === undefined ? result : { kind: 'not-started', message: problem };
  } catch (error) {
    // Not even a result: a working directory that is gone.
    return { kind: 'not-started', message: messageOf(error) };
  }
}

/** With these a shell ends that cannot become a program (POSIX, exit status of a utility); a program may, too. */
const shellFailures: ReadonlySet<number> = new Set([126, 127]);

/** Why a shell could not become the program, which it says in words of its own. */
async function executableProblem({ path, env, cwd }: Child): Promise<string | undefined> {
  const folders = path.includes('/') ? [''] : (env['PATH'] ?? '').split(':');
  let code = 'ENOENT';
  for (const folder of folders) {
    const file = resolve(cwd ?? '.', folder, path);
    try {
      await access(file, constants.X_OK);
      if ((await stat(file)).isFile()) return undefined;
      code = 'EACCES';
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') code = 'EACCES';
    }
  }
  return `spawn ${path} ${code}`;
}

type Subprocess = ReturnType<typeof startChild>;

/**
 * Becomes a program once a line has come on its stdin. natc may be killed between a child's start and the moment
 * in which the reaper knows of it: then that line never comes, and nothing has run.
 * The variables that a shell adds stay out.
 */
const waitForLine = 'read -r line && unset line PWD OLDPWD SHLVL && exec "$0" "$@"';

const goOn = 'go on\n';

/** @param shell a POSIX shell that waits before it becomes the program; undefined: there is no reaper to wait for */
export function startChild(
  execa: typeof Execa,
  { path, args, env, cwd, file }: Omit<Child, 'stdin'>,
  limits: ChildLimits,
  shell: string | undefined,
) {
  const [program, first] = shell === undefined ? [path, []] : [shell, ['-c', waitForLine, path]];
  return execa(program, [...first, ...args], {
    ...childOptions,
    ...(cwd !== undefined && { cwd }),
    env,
    // execa takes any descriptor, and documents it; its types know those of the standard streams only.
    stdio: ['pipe', 'pipe', 'pipe', (file ?? 'ignore') as 0 | 'ignore'],
    // Bytes stay bytes.
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: { stdout: limits.output },
    // Only the beginning of complaints is kept, which execa cannot do: past a limit it stops reading.
    buffer: { stderr: false },
  });
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * Waits for the end, and brings it about where a limit is passed. The `timeout` and `maxBuffer` of execa
 * alone would not: its signals reach the program and not what that started, too much output closes the pipe
 * and then execa waits for a program that may take no notice, and no result comes while anything holds a pipe.
 */
export async function endOf(
  subprocess: Subprocess,
  { stdin: input, encoding }: Pick<Child, 'stdin' | 'encoding'>,
  limits: ChildLimits,
  reaper: Reaper | undefined,
): Promise<RunResult> {
  const { pid: group, stdout, stderr } = subprocess;
  const complaints = beginningOf(stderr);
  const timers: NodeJS.Timeout[] = [];
  const later = (seconds: number, action: () => void): void => {
    timers.push(setTimeout(action, seconds * 1000));
  };
  let limit: string | undefined;
  const abandoned = new Promise<undefined>((resolve) => {
    const stop = (reason: string): void => {
      if (limit !== undefined) return;
      limit = reason;
      signalGroup(group, 'SIGTERM');
      later(limits.grace, () => signalGroup(group, 'SIGKILL'));
      // What left the group may hold the pipes for ever.
      later(limits.grace * 2, () => resolve(undefined));
    };
    const seconds = limits.seconds + Math.floor(input.length / inputPerSecond);
    later(seconds, () => stop(`it took longer than ${seconds} s`));
    for (const stream of [stdout, stderr])
      whenLonger(stream, limits.output, () => stop(`it printed more than ${limits.output} bytes`));
  });

  const result = await Promise.race([subprocess, abandoned]);
  for (const timer of timers) clearTimeout(timer);
  // It may have started others, which took no notice.
  if (limit !== undefined) signalGroup(group, 'SIGKILL');
  if (group !== undefined) reaper?.ended(group);
  for (const stream of [subprocess.stdin, stdout, stderr]) stream.destroy();
  subprocess.unref();
  if (limit !== undefined || result === undefined)
    return {
      kind: 'signalled',
      signal: 'SIGKILL',
      stderr: complaints(),
      ...(limit !== undefined && { limit }),
    };
  if (result.signal !== undefined)
    return { kind: 'signalled', signal: result.signal, stderr: complaints() };
  if (result.exitCode === undefined)
    return { kind: 'not-started', message: messageOf(result.cause) };
  return {
    kind: 'exited',
    exitCode: result.exitCode,
    stdout: Buffer.from(result.stdout).toString(encoding ?? 'utf8'),
    stderr: complaints(),
  };
}

function signalGroup(group: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (group !== undefined) kill(-group, signal);
  } catch {
    // It has ended.
  }
}

/** Calls back at each piece beyond `most` bytes. */
function whenLonger(stream: Readable, most: number, act: () => void): void {
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > most) act();
  });
}

/** Collects the first 64 KiB of what is printed, and counts the rest. */
function beginningOf(stream: Readable): () => string {
  const kept: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length < keptComplaints) kept.push(chunk.subarray(0, keptComplaints - length));
    length += chunk.length;
  });
  return () => {
    const dropped = length - keptComplaints;
    const rest = dropped > 0 ? `\n(${dropped} more bytes)\n` : '';
    return Buffer.concat(kept).toString() + rest;
  };
}
