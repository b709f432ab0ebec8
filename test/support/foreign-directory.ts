import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natc } from './natc.ts';

/** What `directory.json` of an error fixture says. */
export interface ForeignDirectory {
  /** Octal, e.g. `777`: git keeps no such modes. */
  readonly mode: string;
  readonly args: readonly string[];
  /** What is run there first, e.g. to make a repository. */
  readonly before?: string;
  /** A directory of the fixture's whose programs come before all others. */
  readonly programs?: string;
}

/** Runs natc in a copy of a directory that has another mode. @returns what stderr says */
export function runInDirectory(
  directory: string,
  { mode, args, before, programs }: ForeignDirectory,
): string {
  const copy = mkdtempSync(join(tmpdir(), 'natc-directory-'));
  try {
    cpSync(directory, copy, { recursive: true });
    chmodSync(copy, Number.parseInt(mode, 8));
    const path = [...(programs === undefined ? [] : [join(copy, programs)]), process.env['PATH']];
    const env = { PATH: path.join(':'), HOME: copy };
    if (before !== undefined) execFileSync('sh', ['-c', before], { cwd: copy, env });
    return natc(args, { cwd: copy, env }).stderr;
  } finally {
    rmSync(copy, { recursive: true });
  }
}
