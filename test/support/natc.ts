import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

export const natcProgram = fileURLToPath(new URL('../../bin/natc.js', import.meta.url));

export interface NatcRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the built program, as a user would, with nothing in the environment that changes its output.
 * `input` goes to stdin; without it stdin is empty.
 */
export function natc(
  args: readonly string[],
  { input = '', ...options }: SpawnSyncOptions & { readonly input?: string | Uint8Array } = {},
): NatcRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [natcProgram, ...args], {
    cwd: projectRoot,
    maxBuffer: 256 * 1024 * 1024,
    ...options,
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...options.env },
  });
  return { exitCode: status, stdout: String(stdout), stderr: String(stderr) };
}
