import { readFile, writeFile } from 'node:fs/promises';
import type { Host, RunResult, WaitingPrograms } from './host.ts';
import { programsOn } from './programs.ts';
import { sharedReaper } from './reaper.ts';
import { type ChildLimits, defaultLimits, runChild } from './run-child.ts';
import { startWaiting, waitingPrograms } from './waiting-child.ts';

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
  const waiting = new Map<string, WaitingPrograms>();
  const start = async (command: string, args: readonly string[]) => {
    const found = await programs.find(command);
    if (found.kind === 'not-found') return undefined;
    // Programs that are spoken to may remember it in their home.
    const env = { ...(await programs.environment()), HOME: '/dev/null' };
    const child = { path: found.path, args, env, cwd: '/' };
    return startWaiting(child, own, await sharedReaper(programs));
  };
  return {
    isRoot: uid === 0,
    run: async (command, args, stdin = ''): Promise<RunResult> => {
      const found = await programs.find(command);
      if (found.kind === 'not-found') return { kind: 'not-started', message: found.message };
      const env = await programs.environment();
      const child = { path: found.path, args, stdin, env, cwd: '/' };
      return runChild(child, own, await sharedReaper(programs));
    },
    waiting: (command, args) => {
      const key = [command, ...args].join(' ');
      const known = waiting.get(key) ?? waitingPrograms(() => start(command, args));
      waiting.set(key, known);
      return known;
    },
    readFile: (file) => readFile(file, 'utf8').catch(() => undefined),
    writeFile: (file, text) => writeFile(file, text, { flag: 'r+' }),
  };
}
