import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';
import { natcInProcess } from '../support/terminal.ts';

const old = 'fixtures/diff-nodes/old.yaml';
const next = 'fixtures/diff-nodes/new.yaml';
const directory = mkdtempSync(join(tmpdir(), 'natc-diff-nodes-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Writes the documents of a fixture that are Nodes, or those that are not. */
function part(name: string, fixture: string, isWanted: (document: string) => boolean): string {
  const path = join(directory, name);
  const documents = readFileSync(fixture, 'utf8').split('---\n').filter(isWanted);
  writeFileSync(path, documents.join('---\n'));
  return path;
}
const isNode = (document: string): boolean => document.includes('kind: Node\n');
const bareOld = part('old.yaml', old, (document) => !isNode(document));
const bareNew = part('new.yaml', next, (document) => !isNode(document));
const nodes = part('nodes.yaml', old, isNode);
const fewNodes = part('few.yaml', old, (each) => isNode(each) && /node-[cde]/.test(each));

const diff = (...args: readonly string[]) => natcInProcess(['diff', ...args, '--all-nodes', '-q']);

const inFirst = (text: string): string => text.replaceAll(directory, 'fixtures/diff-nodes');

describe('natc diff --all-nodes', () => {
  test('1 and a section for each group of nodes', async () => {
    const { exitCode, stdout, stderr } = await diff(old, next);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    const golden = readFileSync('fixtures/diff-nodes/expected.txt', 'utf8');
    expect(stdout).toBe(golden.replace('in main', `in ${old}`).replace('in branch', `in ${next}`));
  });

  test('each node is told what it is told alone', async () => {
    const { groups } = JSON.parse((await diff(old, next, '-o', 'json')).stdout) as {
      groups: { nodes: string[]; services: unknown }[];
    };
    for (const { nodes: names, services } of groups) {
      for (const name of names) {
        const alone = await natcInProcess([
          ...['diff', old, next, '--node-name', name, '-o', 'json', '-q'],
        ]);
        const told = (value: unknown) =>
          JSON.stringify(value, (key, each) => (key === 'witness' ? undefined : each));
        expect(told(JSON.parse(alone.stdout).services)).toBe(told(services));
      }
    }
  });

  test('0 where no node sees a difference', async () => {
    const { exitCode, stdout } = await diff(old, old);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^No difference on any node: 6 nodes \(.*\)\n$/);
  });

  test('1 where only the nodes differ', async () => {
    const { exitCode, stdout } = await diff(nodes, fewNodes, '--validate', 'warn');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`Only in ${nodes}: 3 nodes (node-a, node-b, node-old)`);
  });

  test('a side without Node objects has those of the other', async () => {
    const whole = 'On 2 of 6 nodes (node-c, node-d)';
    for (const sides of [
      [old, bareNew],
      [bareOld, next],
    ] as const) {
      const { exitCode, stdout } = await diff(...sides);
      expect(exitCode).toBe(1);
      expect(stdout).toContain(whole);
      expect(stdout).not.toContain('Only in');
    }
  });

  test('--nodes gives both sides their nodes, and takes the place of their own', async () => {
    const given = await diff(bareOld, bareNew, '--nodes', nodes);
    expect(given.exitCode).toBe(1);
    expect(inFirst(given.stdout)).toBe(
      (await diff(old, bareNew)).stdout.replaceAll(directory, 'fixtures/diff-nodes'),
    );
    const few = await diff(old, next, '--nodes', fewNodes);
    expect(few.stdout).toContain('On 2 of 3 nodes (node-c, node-d)');
    expect(few.stdout).not.toContain('Only in');
  });

  test('--nodes may be stdin', () => {
    const input = readFileSync(fewNodes);
    const args = ['diff', bareOld, bareNew, '--all-nodes', '--nodes', '-', '-q'];
    expect(natc(args, { input }).stdout).toContain('On 2 of 3 nodes (node-c, node-d)');
  });

  test.each([
    ['json', /^\{\n {2}"schema": "natc\.diff-nodes\/v1",\n {2}"same": false/],
    [
      'markdown',
      /^### Service traffic\n\n#### On 2 of 5 nodes \(node-c, node-d\)\n\n\*\*shop\/search/,
    ],
    ['github', /\n::notice title=natc diff::no risk; .*%0AChanges on 3 of 5 nodes%0A/],
    ['html', /^<!doctype html>[\s\S]*On 2 of 5 nodes \(node-c, node-d\)/],
  ])('-o %s', async (format, expected) => {
    const { exitCode, stdout } = await diff(old, next, '-o', format);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(expected);
  });

  test('the iptables rules of each node do the same', async () => {
    expect(await diff(old, next, '--backend', 'iptables')).toEqual(await diff(old, next));
  });

  test('a file gets what stdout would', async () => {
    const file = join(directory, 'out.txt');
    const run = await diff(old, next, '--out-file', file, '--color', 'always');
    expect(run).toEqual({ exitCode: 1, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe((await diff(old, next)).stdout);
  });

  test.each([
    [[old, next, '--node-name', 'node-a'], '--node-name is for one node'],
    [[old, next, '--zone', 'zone-1'], '--zone is for one node'],
    [[old, next, '--node-ip', '192.168.0.1'], '--node-ip is for one node'],
    [[old, next, '--pod-cidr', '10.0.0.0/24'], '--pod-cidr is for one node'],
    [['live', next], "the kernel's ruleset"],
    [['golden.nft', next], "one node's ruleset"],
    [[old, next, '--view', 'text'], 'no --view text'],
    [['-', next, '--nodes', '-'], 'stdin can be named only once'],
    [[bareOld, bareNew], 'neither side holds a Node object'],
    [[old, next, '--nodes', bareOld], 'there is no Node object'],
    [[old, 'no-such.yaml'], 'no-such.yaml'],
    [[old, next, '--nodes', 'no-such.yaml'], 'no-such.yaml'],
  ])('2 for %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await diff(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('2 for --nodes without --all-nodes, and for objects with errors', async () => {
    const { exitCode, stderr } = await natcInProcess(['diff', old, next, '--nodes', nodes]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--nodes needs --all-nodes');
    const broken = join(directory, 'broken.yaml');
    writeFileSync(broken, readFileSync(next, 'utf8').replace('port: 80\n', 'port: 0\n'));
    const run = await diff(old, broken);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('NATC2003');
    expect(run.stdout).toBe('');
  });

  test('what is wrong for every node is said once of each side', async () => {
    const odd = [old, next].map((fixture, i) => {
      const path = join(directory, `odd-${i}.yaml`);
      writeFileSync(path, readFileSync(fixture, 'utf8').replace('10.180.2.10', '172.30.1.20'));
      return path;
    });
    const { stderr } = await natcInProcess(['diff', ...odd, '--all-nodes']);
    expect(stderr.match(/NATC3022/g)).toHaveLength(2);
  });
});
