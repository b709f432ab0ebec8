import { isSea } from 'node:sea';

/**
 * The command that starts natc as this process was started: the program, then arguments that come before
 * natc's own. The executable of `npm run package` has no script to name.
 */
export function thisProgram(): readonly [string, ...string[]] {
  return isSea() ? [process.execPath] : [process.execPath, process.argv[1] ?? ''];
}
