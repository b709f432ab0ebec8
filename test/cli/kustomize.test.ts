/** `-k`: kustomizations are built with the program that is there. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'natc-kustomize-'));
  chmodSync(work, 0o755);
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const write = (name: string, text: string, mode = 0o644): void => {
  mkdirSync(dirname(join(work, name)), { recursive: true });
  writeFileSync(join(work, name), text, { mode });
};
const run = (...args: readonly string[]) =>
  natc(args, {
    cwd: work,
    env: { PATH: `${join(work, 'bin')}:${process.env['PATH']}`, HOME: work },
  });
const git = (...args: readonly string[]): void => {
  const env = { PATH: process.env['PATH'], HOME: work };
  const author = ['-c', 'user.email=a@example.com', '-c', 'user.name=A'];
  expect(spawnSync('git', [...author, ...args], { cwd: work, env }).status).toBe(0);
};

const service = (port: number): string => `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  clusterIP: 10.96.0.${port}
  ports: [{port: 443}]
`;

describe('with a program in the place of kustomize', () => {
  beforeEach(() => {
    // Prints the one resource that lies beside the overlay, and how it was called.
    write('bin/kustomize', '#!/bin/sh\necho "# $*"\ncat "$2/../base/web.yaml"\n', 0o755);
    write('base/web.yaml', service(80));
    write('overlay/kustomization.yaml', 'resources: [../base]\n');
  });

  test('what it prints is the input, and nothing that natc.yaml names is', () => {
    write(
      'natc.yaml',
      'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nfilename: [other]\n',
    );
    const { exitCode, stdout, stderr } = run('list', '-k', 'overlay', '-o', 'name');
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'shop/web\n', stderr: '' });
    expect(run('list', '-k', 'overlay', '-f', 'base', '-v').stderr).toContain('NATC2130');
  });

  test('what is wrong is told by the name of what was built', () => {
    write('base/web.yaml', service(80).replace('port: 443', 'port: 0'));
    expect(run('check', '-k', 'overlay', '--no-kernel', '--no-sysctl').stderr).toContain(
      '<kustomize overlay>:',
    );
  });

  test('sides of a diff are built where they are kustomizations, revisions too', () => {
    git('init', '-q', '-b', 'main', '.');
    git('add', '-A');
    git('commit', '-qm', 'A');
    expect(run('diff', '-k', 'main:overlay', 'overlay')).toMatchObject({ exitCode: 0, stdout: '' });
    write('base/web.yaml', service(81));
    const { exitCode, stdout } = run('diff', '-k', 'main:overlay', 'overlay');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('10.96.0.81:443/TCP');
    expect(stdout).toContain('<kustomize overlay>:');
    expect(run('diff', '-k', 'base', 'main:base').stdout).toContain('main:base/web.yaml:');
    expect(run('diff', '-k', 'main:nowhere', 'overlay').stderr).toContain('NATC1072');
  });

  test('no option, no URL and no directory of others is built', () => {
    for (const name of ['-x', 'https://example.com/overlay', 'base'])
      expect(run('list', `-k${name}`).stderr).toContain('NATC1076');
    chmodSync(join(work, 'bin'), 0o777);
    expect(run('list', '-k', 'overlay').stdout).not.toContain('shop/web');
  });

  test('one that fails or prints nothing is an error', () => {
    write('bin/kustomize', '#!/bin/sh\nexit 1\n', 0o755);
    expect(run('list', '-k', 'overlay')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('NATC1075'),
    });
    write('bin/kustomize', '#!/bin/sh\n', 0o755);
    expect(run('list', '-k', 'overlay').stderr).toContain('NATC1004');
  });
});

const hasKubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;
test.skipIf(!hasKubectl)('with kubectl (skipped without it)', () => {
  write('base/kustomization.yaml', 'resources: [web.yaml]\n');
  write('base/web.yaml', service(80));
  write('overlay/kustomization.yaml', 'namespace: prod\nresources: [../base]\n');
  expect(run('list', '-k', 'overlay', '-o', 'name').stdout).toBe('prod/web\n');
  write('overlay/kustomization.yaml', 'resources: [../missing]\n');
  expect(run('list', '-k', 'overlay').stderr).toContain('NATC1075');
});
