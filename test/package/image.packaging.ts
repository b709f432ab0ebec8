/** The image of the DaemonSet, built from its Dockerfile by buildah, which needs neither a daemon nor a registry for that. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildPackages } from './built.ts';
import { cleanRootObstacle, makeCleanRoot } from './clean-root.ts';

const hasBuildah = spawnSync('buildah', ['--version']).status === 0;
const obstacle = cleanRootObstacle() ?? (hasBuildah ? undefined : 'no buildah here');
const title = obstacle === undefined ? 'the Dockerfile' : `the Dockerfile (skipped: ${obstacle})`;

describe.skipIf(obstacle !== undefined)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'natc-image-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const buildah = (...args: readonly string[]): string => {
    const own = ['--root', join(folder, 'images'), '--runroot', join(folder, 'run')];
    const all = [...own, '--storage-driver', 'vfs', ...args];
    const { status, stdout, stderr } = spawnSync('buildah', all, { encoding: 'utf8' });
    expect({ args, status }, stderr).toEqual({ args, status: 0 });
    return stdout.trim();
  };
  /** An image of one file or folder, under the name of one that a registry would have. */
  const stand = (name: string, from: string, to: string): void => {
    const container = buildah('from', 'scratch');
    buildah('add', '-q', container, from, to);
    buildah('commit', '-q', container, name);
    buildah('rm', container);
  };

  test('makes an image in which natc has what it runs, and no other Node.js', () => {
    const context = join(folder, 'out');
    mkdirSync(context);
    buildPackages(context, ['--only', 'deb', '--fast']);
    const root = makeCleanRoot();
    try {
      stand('docker.io/library/debian:bookworm-slim', root.path, '/');
    } finally {
      root.remove();
    }
    const kubectl = join(folder, 'kubectl');
    writeFileSync(kubectl, '#!/bin/sh\necho a stand-in for kubectl\n');
    chmodSync(kubectl, 0o755);
    stand('registry.k8s.io/kubectl:v1.31.4', kubectl, '/bin/kubectl');
    const build = ['bud', '--isolation', 'chroot', '--pull-never', '--network', 'host'];
    buildah(...build, '-t', 'natc', '-f', 'docs/deploy/Dockerfile', context);
    const container = buildah('from', '--pull-never', 'natc');
    const script = `natc version; conntrack --version; unshare --version; flock --version; kubectl
      ! command -v node && ls /var/lib/apt/lists /tmp | wc -w`;
    const said = buildah('run', '--isolation', 'chroot', container, 'sh', '-ec', script);
    for (const each of [/^natc \d/m, /^nftables v/m, /^iptables v/m, /^conntrack v/m, /stand-in/])
      expect(said).toMatch(each);
    // Two names of folders: they are empty.
    expect(said.split('\n').at(-1)).toBe('2');
  });
});
