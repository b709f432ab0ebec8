/** A diff of some Services tells of them, counts the rest, and never says that all is the same. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-diff-some-'));
afterAll(() => rmSync(folder, { recursive: true }));

const service = (name: string, namespace: string, last: number, port: number): string =>
  `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace}, labels: { app: ${name}, tier: front } }
spec: { clusterIP: 172.30.0.${last}, ports: [{ port: ${port} }] }
---
`;
const nodes = ['node-a', 'node-b']
  .map((name) => `apiVersion: v1\nkind: Node\nmetadata: { name: ${name} }\n---\n`)
  .join('');

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const old = write(
  'old.yaml',
  nodes + service('web', 'shop', 1, 80) + service('db', 'data', 2, 5432),
);
const next = write(
  'new.yaml',
  nodes + service('web', 'shop', 11, 80) + service('db', 'data', 12, 5432),
);
const onlyDb = write(
  'db.yaml',
  nodes + service('web', 'shop', 1, 80) + service('db', 'data', 12, 5432),
);

const diff = (...args: readonly string[]) => natcInProcess(['diff', '-q', ...args]);

describe.each([
  ['one node', [], 'Service shop/web'],
  ['all nodes', ['--all-nodes'], 'Service shop/web'],
] as const)('natc diff of some Services, on %s', (_, flags, shown) => {
  test.each([
    [['--service', 'web']],
    [['--service', 'shop/web']],
    [['-n', 'shop']],
    [['-l', 'app=web']],
    [['-l', 'app in (web,cart),tier', '-n', 'shop,data']],
  ])('%j', async (filter) => {
    const { exitCode, stdout } = await diff(old, next, ...flags, ...filter);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(shown);
    expect(stdout).not.toContain('data/db');
    expect(stdout).toMatch(/^Not shown: \d changes? in 1 Service, .* found$/m);
  });

  test('1 where only others differ, in every format', async () => {
    for (const format of ['text', 'json', 'markdown', 'github', 'html']) {
      const filter = ['--service', 'web', '-o', format];
      const { exitCode, stdout } = await diff(old, onlyDb, ...flags, ...filter);
      expect(exitCode, format).toBe(1);
      expect(stdout).not.toMatch(/No packet is treated differently|No difference|"same": true/);
      expect(stdout).not.toContain('data/db');
      expect(stdout).toMatch(/[nN]ot ?[sS]hown/);
    }
  });

  test('0 where nothing differs, and nothing is counted', async () => {
    const { exitCode, stdout } = await diff(old, old, ...flags, '--service', 'web');
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('hown');
  });

  test('2 where neither side has the Service', async () => {
    const run = await diff(old, next, ...flags, '--service', 'shop/wbe');
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('error[NATC2140]: there is no Service "shop/wbe"');
  });

  test('a namespace that neither side has is a warning', async () => {
    const run = await natcInProcess(['diff', old, next, ...flags, '-n', 'shpo']);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain('did you mean shop?');
  });
});

test('a Service that one side alone has is one to be shown', async () => {
  const none = write('none.yaml', nodes + service('db', 'data', 2, 5432));
  const run = await diff(none, old, '--service', 'web');
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain('Service shop/web (new)');
});

test('a ruleset has names and no labels', async () => {
  const { stdout } = await natcInProcess(['compile', old, '-q']);
  const ruleset = write('old.nft', stdout);
  const named = await diff(ruleset, next, '--service', 'web');
  expect(named.stdout).toContain('Service shop/web');
  const labelled = await diff(ruleset, next, '-l', 'app=web');
  expect(labelled.stdout).toContain('Service shop/web');
  const run = await natcInProcess(['diff', ruleset, ruleset, '-l', 'app=web']);
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stderr).toContain('a ruleset has no labels of Services');
});
