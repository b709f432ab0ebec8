import { readFile, writeFile } from 'node:fs/promises';
import type { Host, RunResult } from './host.ts';
import { type Programs, programsOn } from './programs.ts';
import { type Reaper, startReaper } from './reaper.ts';
import { type ChildLimits, defaultLimits, runChild } from './run-child.ts';

export interface ProcessFacts {
  /** Numeric user id; undefined on systems without. */
  readonly uid: number | undefined;
  /** The PATH variable. */
  readonly path: string | undefined;
}

/**
 * The real machine. Programs are run by their absolute path, in the root directory, with an environment
 * of four variables, for a limited time, and none outlives natc.
 */
export function execHost({ uid, path }: ProcessFacts, limits: Partial<ChildLimits> = {}): Host {
  const programs = programsOn(path);
  const own = { ...defaultLimits, ...limits };
  let reaper: Promise<Reaper | undefined> | undefined;
  return {
    isRoot: uid === 0,
    run: async (command, args, stdin = ''): Promise<RunResult> => {
      const found = await programs.find(command);
      if (found.kind === 'not-found') return { kind: 'not-started', message: found.message };
      reaper ??= reaperOf(programs);
      const child = { path: found.path, args, stdin, env: await programs.environment() };
      return runChild(child, own, await reaper);
    },
    readFile: (file) => readFile(file, 'utf8').catch(() => undefined),
    writeFile: (file, text) => writeFile(file, text, { flag: 'r+' }),
  };
}

async function reaperOf(programs: Programs): Promise<Reaper | undefined> {
  const shell = await programs.find('sh');
  return shell.kind === 'found' ? startReaper(shell.path, await programs.environment()) : undefined;
}
