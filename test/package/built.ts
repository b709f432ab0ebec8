import { spawnSync } from 'node:child_process';
import { projectRoot } from '../support/natc.ts';

/** Runs `npm run package` for this machine's architecture; gives its paths, or throws what it says. */
export function buildPackages(folder: string, args: readonly string[] = []): readonly string[] {
  const all = ['scripts/package.mjs', '--out', folder, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, DEBFULLNAME: undefined, DEBEMAIL: undefined },
  });
  if (status !== 0) throw new Error(`npm run package: ${stderr}`);
  return stdout.trim().split('\n');
}

/** Why no executable can be made here; undefined where one can. */
export function packagingObstacle(): string | undefined {
  const script = `
    const { nodeFolder } = await import('./scripts/package/node-binaries.mjs');
    nodeFolder(process.arch);
  `;
  const args = ['--input-type=module', '-e', script];
  const run = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  if (run.status === 0) return undefined;
  return `no Node.js binary to be had: ${/(?:Error: .*)/.exec(run.stderr)?.[0] ?? 'unknown'}`;
}
