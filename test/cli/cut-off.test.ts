/** Input that may have been cut off, as commands treat it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-cut-off-'));
afterAll(() => rmSync(folder, { recursive: true }));

const yaml = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  clusterIP: 172.30.0.10
  ports:
    - port: 80
      targetPort: 80`;

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const apply = ['apply', '--dry-run', '--state-dir', join(folder, 'state')];

test('apply refuses it, from a pipe and from a file, whatever is to be validated', () => {
  const path = file('cut.yaml', yaml);
  for (const flags of [[], ['--validate', 'warn'], ['--validate', 'strict'], ['--quiet']]) {
    const piped = natc([...apply, ...flags], { input: yaml });
    expect([piped.exitCode, piped.stdout]).toEqual([2, '']);
    expect(piped.stderr).toContain('<stdin>:8:1: error[NATC1051]');
    expect(natc([...apply, ...flags, '-f', path]).exitCode).toBe(2);
  }
});

test('a configuration that may have been cut off is refused too', () => {
  const path = file(
    'config.yaml',
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.180.0.0/1',
  );
  const run = natc([...apply, '--config', path], { input: `${yaml}\n` });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('error[NATC1051]');
});

test.each(['compile', 'check', 'list', 'diff'])('%s warns', (command) => {
  const whole = file('whole.yaml', `${yaml}80\n`);
  const path = file('cut.yaml', yaml);
  const run = natc([command, ...(command === 'diff' ? [path, whole] : ['-f', path])]);
  expect(run.exitCode).toBeLessThan(2);
  expect(run.stderr + run.stdout).toContain('warning[NATC1051]');
});

test('nothing at all is refused by apply, also beside something', () => {
  for (const input of ['', '\n', '  '])
    expect(natc(apply, { input })).toMatchObject({ exitCode: 2, stdout: '' });
  const beside = ['-f', file('whole.yaml', `${yaml}\n`), '-f', file('empty.yaml', '')];
  expect(natc([...apply, ...beside]).stderr).toContain('error[NATC1004]');
  expect(natc(['compile', ...beside])).toMatchObject({ exitCode: 0 });
});
