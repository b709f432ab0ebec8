/** What natc diff fails on, and what somebody accepts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadBalancer, service, slice } from '../support/diff-sides.ts';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-gates-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
function file(objects: readonly object[]): string {
  const path = join(directory, `${files++}.yaml`);
  writeFileSync(path, objects.map((object) => stringify(object)).join('---\n'));
  return path;
}

const ends = ['10.244.1.5', '10.244.1.6', '10.244.1.7'];
const annotated = (object: object, text: string | undefined): object => {
  const { metadata } = object as { metadata: object };
  const annotations = text === undefined ? {} : { annotations: { 'natc.dev/accept-risk': text } };
  return { ...object, metadata: { ...metadata, ...annotations } };
};
const web = (endpoints: readonly string[] = ends, accept?: string) =>
  file([annotated(service('web', '10.96.0.20'), accept), slice('web', endpoints)]);
const opened = (accept?: string) =>
  file([annotated(loadBalancer('web', '10.96.0.20', '198.51.100.10'), accept), slice('web', ends)]);
const node = (name: string, address: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address }] },
});
const nodes = file([node('node-a', '192.168.0.11'), node('node-b', '192.168.0.12')]);

const before = web();
const diff = (after: string, ...more: readonly string[]) =>
  natcInProcess(['diff', before, after, '--node-name', 'node-a', ...more]);
const exitOf = async (after: string, ...more: readonly string[]) =>
  (await diff(after, '-q', ...more)).exitCode;

describe('--fail-on', () => {
  const [harmless, medium, high] = [web(ends.slice(1)), web(ends.slice(2)), web([])];

  test.each([
    ['any', [1, 1, 1]],
    ['low', [0, 1, 1]],
    ['medium', [0, 1, 1]],
    ['high', [0, 0, 1]],
    ['none', [0, 0, 0]],
  ])('%s', async (gate, expected) => {
    const found = [];
    for (const after of [harmless, medium, high])
      found.push(await exitOf(after, '--fail-on', gate));
    expect(found).toEqual(expected);
  });

  test('high, of all nodes', async () => {
    for (const [after, expected] of [
      [harmless, 0],
      [high, 1],
    ] as const) {
      const args = ['diff', before, after, '--all-nodes', '--nodes', nodes, '-q'];
      expect((await natcInProcess([...args, '--fail-on', 'high'])).exitCode).toBe(expected);
    }
  });

  test('high counts what is not shown', async () => {
    const more = (endpoints: readonly string[]) =>
      file([
        service('web', '10.96.0.20'),
        slice('web', ends),
        service('db', '10.96.0.30'),
        slice('db', endpoints),
      ]);
    const args = [
      'diff',
      more(ends),
      more([]),
      '--node-name',
      'node-a',
      '-q',
      '--service',
      'shop/web',
    ];
    expect((await natcInProcess([...args, '--fail-on', 'high'])).exitCode).toBe(1);
  });

  test('high fails where something is not compared', async () => {
    const unknown = file([
      service('web', '10.96.0.20'),
      slice('web', ends),
      service('db', '10.96.0.30', { selector: { app: 'db' } }),
    ]);
    expect(await exitOf(unknown, '--fail-on', 'high')).toBe(1);
    expect(await exitOf(unknown, '--fail-on', 'none')).toBe(0);
  });

  test('a severity is none of other views', async () => {
    const run = await diff(high, '--view', 'text', '--fail-on', 'high');
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await exitOf(high, '--view', 'text', '--fail-on', 'none')).toBe(0);
  });
});

describe('a risk that is accepted', () => {
  const accepted = opened('NATC6005 public since May\n');

  test('is told with the reason in every format, and does not count', async () => {
    for (const format of ['text', 'json', 'markdown', 'github', 'html']) {
      const { exitCode, stdout, stderr } = await diff(accepted, '-o', format, '--fail-on', 'low');
      expect([format, exitCode, stderr]).toEqual([format, 0, '']);
      expect(stdout).toContain('public since May');
    }
    const { stdout } = await diff(accepted);
    expect(stdout).toMatch(
      /^accepted high NATC6005: shop\/web, .*\n {6}accepted: public since May\n/,
    );
    expect(stdout).toMatch(/\nno risk, 1 accepted; 1 Service changes, 0 as before\n$/);
  });

  test('is accepted on all nodes', async () => {
    const args = ['diff', before, accepted, '--all-nodes', '--nodes', nodes];
    const { exitCode, stdout, stderr } = await natcInProcess([...args, '--fail-on', 'low']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('accepted: public since May');
  });

  test('in natc.yaml', async () => {
    const config = join(directory, 'natc.yaml');
    const entry = (object: string) =>
      writeFileSync(
        config,
        stringify({
          apiVersion: 'natc.dev/v1alpha1',
          kind: 'NatcConfiguration',
          acceptedRisks: [{ code: 'NATC6005', object, reason: 'asked for' }],
        }),
      );
    const run = () => diff(opened(), '--natc-config', config, '--fail-on', 'low');
    entry('Service shop/*');
    expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
    entry('Service other/*');
    const other = await run();
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain('warning[NATC6040]');
  });

  test.each([
    ['NATC6040', 'no longer applies', web(ends, 'NATC6005 public since May')],
    ['NATC6041', 'has no reason', opened('NATC6005')],
    ['NATC6042', 'is none', opened('NATC6999 for fun')],
  ])('%s where it %s', async (code, _, after) => {
    const { exitCode, stderr } = await diff(after, '--fail-on', 'low');
    expect(stderr).toContain(`warning[${code}]`);
    expect(exitCode).toBe(code === 'NATC6040' ? 0 : 1);
  });

  test('NATC6043 where it is about others', async () => {
    const two = (spec: object, accept?: string) =>
      file([
        service('db', '10.96.0.30'),
        slice('db', ['10.244.2.1']),
        annotated(
          service('web', '10.96.0.20', { ports: [{ name: 'http', port: 81 }], ...spec }),
          accept,
        ),
        slice('web', ends),
      ]);
    const after = two({ externalIPs: ['10.96.0.30'] }, 'NATC6017 we like it');
    const args = ['diff', two({}), after, '--node-name', 'node-a', '--fail-on', 'high'];
    const { exitCode, stderr } = await natcInProcess(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('warning[NATC6043]');
  });
});
