import { spawnSync } from 'node:child_process';
import { natcProgram, projectRoot } from './natc.ts';

/**
 * Runs a shell script in a network namespace of its own, with an empty /run; `natc` is at hand.
 *
 * @param environment variables besides PATH
 */
export function runInNamespace(
  script: string,
  environment: Readonly<Record<string, string>> = {},
  unshare: readonly string[] = [],
): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  const namespace = process.getuid?.() === 0 ? '-nm' : '-Urnm';
  const prelude = `
    mount -t proc proc /proc 2>/dev/null || true
    mount -t tmpfs tmpfs /run
    natc() { ${process.execPath} ${natcProgram} "$@"; }
  `;
  const args = [namespace, ...unshare, 'sh', '-c', `${prelude}\n${script}`];
  const { stdout, stderr, status } = spawnSync('unshare', args, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environment },
  });
  return { stdout, stderr, status };
}
