import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-validate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { clusterIP: '172.30.0.10', ports: [{ port: 80 }] },
};

const list = (name: string, ...items: readonly unknown[]): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return path;
};

const broken = list('broken.json', service, 5, { kind: 'Service' });

describe('an object that nobody can read', () => {
  test.each(['compile', 'check', 'list'])('is an error of %s', async (command) => {
    const run = await natcInProcess([command, '-f', broken]);
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr + run.stdout).toContain('error[NATC1030]');
  });

  test.each(['compile', 'check', 'list'])('is a warning of %s --validate warn', async (command) => {
    const run = await natcInProcess([command, '-f', broken, '--validate', 'warn']);
    expect(run.exitCode).toBe(0);
    expect(run.stderr + run.stdout).toContain(
      'warning[NATC1030]: left out, nothing is set up for it: the item is the number `5`',
    );
    expect(run.stderr + run.stdout).toContain('warning[NATC1031]: left out');
  });

  test('is a warning of apply, unless it is to be strict', async () => {
    const args = ['apply', '-f', broken, '--dry-run', '--state-dir', join(folder, 'state')];
    expect((await natcInProcess(args)).stderr).toContain('warning[NATC1030]: left out');
    const strict = await natcInProcess([...args, '--validate', 'strict']);
    expect(strict.exitCode).toBe(2);
    expect(strict.stderr).toContain('error[NATC1030]');
  });

  test('is one problem among those of its rest when it is long or deep', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const odd = { ...service, metadata: { name: 'odd' }, spec: { ports: '@', clusterIP: '#' } };
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [service, odd] });
    const path = join(folder, 'deep.json');
    writeFileSync(path, text.replace('"@"', deep).replace('"#"', '9'.repeat(1_000_000)));
    for (const format of ['text', 'json', 'github', 'sarif']) {
      const run = await natcInProcess([
        ...['compile', '-f', path, '--validate', 'warn', '--diagnostics', format],
      ]);
      expect(run.exitCode).toBe(0);
      expect(run.stderr.length).toBeLessThan(20_000);
    }
  });
});

describe('what is no List at all', () => {
  test.each<readonly [string, string]>([
    ['nothing', ''],
    ['a text', '"x"'],
    ['a List cut off', 'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n'],
    ['an empty mapping', '{}'],
    ['items of no list', '{"apiVersion":"v1","kind":"List","items":{}}'],
  ])('%s is an error whatever --validate says', async (what, text) => {
    const path = join(folder, `${what}.yaml`);
    writeFileSync(path, text);
    const run = await natcInProcess(['compile', '-f', path, '--validate', 'warn']);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

test('an item of a YAML List with a fault of its own is left out, the others are not', async () => {
  const path = join(folder, 'list.yaml');
  const deep = `${' '.repeat(4)}a: ${'['.repeat(300)}${']'.repeat(300)}`;
  writeFileSync(
    path,
    `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: twice, name: again}
- apiVersion: v1
  kind: Service
  metadata:
    name: deep
  spec:
${deep}
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop}
  spec: {clusterIP: 172.30.0.10, ports: [{port: 80}]}
`,
  );
  const run = await natcInProcess(['compile', '-f', path, '--validate', 'warn']);
  expect(run.stderr).toContain('warning[NATC1015]');
  expect(run.stderr).toContain('warning[NATC1020]');
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain('172.30.0.10');
});
