import { existsSync } from 'node:fs';

/** What a thread begins with: a file, or the text of a script where natc is a single file. */
export interface WorkerProgram {
  readonly program: URL | string;
  readonly eval: boolean;
}

/**
 * The thread that answers health checks: a file beside this module, in the build as in the bundle. The executable of
 * `npm run package` has a text in place of this module.
 *
 * @returns undefined for natc's sources, which are no JavaScript
 */
export function workerProgram(): WorkerProgram | undefined {
  const program = new URL('./worker.js', import.meta.url);
  return existsSync(program) ? { program, eval: false } : undefined;
}
