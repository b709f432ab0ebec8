import { readFile, writeFile } from 'node:fs/promises';
import type { Host, RunResult } from './host.ts';

export interface ProcessFacts {
  /** Numeric user id; undefined on systems without. */
  readonly uid: number | undefined;
  /** The PATH variable. */
  readonly path: string | undefined;
}

/** The real machine. */
export function execHost({ uid, path }: ProcessFacts): Host {
  // nft lives in sbin, which is not on the PATH of cron jobs and ordinary users.
  const env = { PATH: `${path ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: 'C' };
  return {
    isRoot: uid === 0,
    run: (command, args, stdin = '') => run(command, args, stdin, env),
    readFile: (file) => readFile(file, 'utf8').catch(() => undefined),
    writeFile: (file, text) => writeFile(file, text, { flag: 'r+' }),
  };
}

async function run(
  command: string,
  args: readonly string[],
  stdin: string,
  env: Readonly<Record<string, string>>,
): Promise<RunResult> {
  const { execa } = await import('execa');
  const result = await execa(command, args, {
    input: stdin,
    env,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 1024 * 1024 * 1024,
  });
  const { exitCode, signal, stdout, stderr } = result;
  if (signal !== undefined) return { kind: 'signalled', signal, stderr };
  if (exitCode !== undefined) return { kind: 'exited', exitCode, stdout, stderr };
  const notFound = result.code === 'ENOENT';
  return {
    kind: 'not-started',
    message: notFound ? `${command}: command not found` : (result.shortMessage ?? command),
  };
}
