/** A fresh Debian in a folder, to install packages in. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why there is none to be had here; undefined where there is. */
export function cleanRootObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'a clean root needs root';
  if (spawnSync('mmdebstrap', ['--version']).status !== 0) return 'no mmdebstrap here';
  if (codename() === undefined) return 'this is no Debian: /etc/os-release has no VERSION_CODENAME';
  return undefined;
}

export interface CleanRoot {
  readonly path: string;
  /** Runs a script in it, in a network of its own that reaches nothing if `offline`. */
  readonly run: (script: string, offline?: boolean) => Outcome;
  readonly copyIn: (file: string, to: string) => void;
  readonly remove: () => void;
}

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The smallest Debian of the suite that runs here, from where this machine's packages come from. */
export function makeCleanRoot(): CleanRoot {
  const root = mkdtempSync(join(tmpdir(), 'natc-root-'));
  const args = ['--variant=minbase', '--quiet', codename() ?? '', root];
  const made = spawnSync('mmdebstrap', args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mmdebstrap: ${made.stderr}`);
  if (existsSync('/etc/resolv.conf'))
    copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  const run = (script: string, offline = false): Outcome => {
    const mounts = `
      mount --bind ${root} ${root}
      mount -t proc proc ${root}/proc
      mount -t tmpfs tmpfs ${root}/run
      mount --rbind /dev ${root}/dev
      exec chroot ${root} sh -ec "$0"
    `;
    const unshare = [offline ? '-nm' : '-m', 'sh', '-ec', mounts, script];
    const env = { PATH: process.env['PATH'], DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
    const { status, stdout, stderr } = spawnSync('unshare', unshare, { env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  return {
    path: root,
    run,
    copyIn: (file, to) => copyFileSync(file, join(root, to)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function codename(): string | undefined {
  if (!existsSync('/etc/os-release')) return undefined;
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
}
