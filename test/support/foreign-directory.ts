import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natc } from './natc.ts';

/** What `directory.json` of an error fixture says. */
export interface ForeignDirectory {
  /** Octal, e.g. `777`: git keeps no such modes. */
  readonly mode: string;
  readonly args: readonly string[];
}

/** Runs natc in a copy of a directory that has another mode. @returns what stderr says */
export function runInDirectory(directory: string, { mode, args }: ForeignDirectory): string {
  const copy = mkdtempSync(join(tmpdir(), 'natc-directory-'));
  try {
    cpSync(directory, copy, { recursive: true });
    chmodSync(copy, Number.parseInt(mode, 8));
    return natc(args, { cwd: copy }).stderr;
  } finally {
    rmSync(copy, { recursive: true });
  }
}
