import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-all-nodes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const node = (name: string, address: string, zone: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
  spec: { podCIDRs: [`10.${zone}.0.0/16`] },
  status: { addresses: [{ type: 'InternalIP', address }] },
});

const items = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      type: 'NodePort',
      clusterIP: '10.96.0.10',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 80, nodePort: 30080 }],
    },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 'web' },
    },
    addressType: 'IPv4',
    ports: [{ port: 8080 }],
    endpoints: ['node-a', 'node-b'].map((nodeName, index) => ({
      addresses: [`10.${index + 1}.0.5`],
      nodeName,
      hints: { forZones: [{ name: `${index + 1}` }] },
    })),
  },
  node('node-a', '192.168.0.1', '1'),
  node('node-b', '192.168.0.2', '2'),
];
const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const flags = ['--detect-local-mode', 'NodeCIDR', '-f', '-'];
const rulesets = join(folder, 'rulesets');
const compileAll = (text = input) =>
  natc(['compile', '--all-nodes', '--out-dir', rulesets, ...flags], { input: text });

beforeAll(() => {
  expect(compileAll()).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test.each(['node-a', 'node-b'])('%s gets what it gets when compiled alone', (name) => {
  const alone = natc(['compile', '--node-name', name, ...flags], { input });
  expect(alone.exitCode).toBe(0);
  expect(readFileSync(join(rulesets, `${name}.nft`), 'utf8')).toBe(alone.stdout);
});

test('there is a file for each node and nothing else, and they differ', () => {
  expect(readdirSync(rulesets).sort()).toEqual(['node-a.nft', 'node-b.nft']);
  const [a, b] = readdirSync(rulesets).map((name) => readFileSync(join(rulesets, name), 'utf8'));
  expect(a).not.toBe(b);
});

test('a file that would not change is not written', () => {
  const inode = (name: string) => statSync(join(rulesets, name)).ino;
  const before = [inode('node-a.nft'), inode('node-b.nft')];
  writeFileSync(join(rulesets, 'node-b.nft'), 'old');
  expect(compileAll().exitCode).toBe(0);
  expect(inode('node-a.nft')).toBe(before[0]);
  expect(readFileSync(join(rulesets, 'node-b.nft'), 'utf8')).toContain('table ip natc');
});

test('an error in the input touches no file', () => {
  writeFileSync(join(rulesets, 'node-a.nft'), 'old');
  const { exitCode, stderr } = compileAll(input.replace('"port":80,', '"port":0,'));
  expect(exitCode).toBe(2);
  expect(stderr).toContain('NATC2003');
  expect(readFileSync(join(rulesets, 'node-a.nft'), 'utf8')).toBe('old');
});

test('what a plan says of every node is said once', () => {
  const { stderr } = compileAll(
    input.replace('"clusterIP":"10.96.0.10"', '"clusterIP":"10.1.0.5"'),
  );
  expect(stderr.match(/NATC3022/g)).toHaveLength(1);
});

test.each([
  [['--all-nodes'], '--all-nodes needs --out-dir'],
  [['--out-dir', folder], '--out-dir needs --all-nodes'],
  [['--all-nodes', '--out-dir', folder, '--node-name', 'a'], '--node-name is for one node'],
  [['--all-nodes', '--out-dir', folder, '--out-file', 'f'], 'not to --out-file'],
])('%j is refused', (args, message) => {
  const { exitCode, stderr } = natc(['compile', ...args], { input });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

test('input without Node objects is refused', () => {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: items.slice(0, 2) });
  const { exitCode, stderr } = compileAll(text);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('no Node object');
});

test('a directory that cannot be written is the host refusing', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const args = ['compile', '--all-nodes', '--out-dir', join(file, 'below'), ...flags];
  expect(natc(args, { input }).exitCode).toBe(3);
});

describe('--prune', () => {
  const directory = join(folder, 'pruned');
  const list = (...objects: readonly object[]) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const run = (text: string, ...args: readonly string[]) =>
    natc(['compile', '--all-nodes', '--out-dir', directory, ...args, ...flags], { input: text });
  const withoutB = list(...items.slice(0, 3));
  const names = () => readdirSync(directory).sort();

  beforeEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test.each(['nft', 'json', 'iptables', 'plan', 'summary'])(
    'removes the %s file of a node that left, and says so',
    (format) => {
      expect(run(input, '-o', format).exitCode).toBe(0);
      const [, left = ''] = names();
      expect(run(withoutB, '-o', format).stderr).toBe('');
      expect(names(), 'without the flag').toHaveLength(2);
      expect(run(withoutB, '-o', format, '--prune')).toEqual({
        exitCode: 0,
        stdout: '',
        stderr: `removed ${join(directory, left)}\n`,
      });
      expect(names()).toHaveLength(1);
      expect(run(withoutB, '-o', format, '--prune').stderr).toBe('');
    },
  );

  test('removes nothing that natc did not write, or not as a node’s', () => {
    expect(run(input).exitCode).toBe(0);
    const ruleset = readFileSync(join(directory, 'node-b.nft'), 'utf8');
    const others: Readonly<Record<string, string>> = {
      'node-c.nft': '# my own rules\n',
      'node-d.nft': ruleset.replace('add table ip natc', 'add table ip mine'),
      'node-e.nft': '',
      'node-f.txt': ruleset,
      'node-b.nft.bak': ruleset,
      'Node-G.nft': ruleset,
      '.node-h.nft': ruleset,
      'node_i.nft': ruleset,
    };
    for (const [name, text] of Object.entries(others)) writeFileSync(join(directory, name), text);
    mkdirSync(join(directory, 'node-j.nft'));
    symlinkSync(join(directory, 'node-a.nft'), join(directory, 'node-k.nft'));
    const before = names();
    expect(run(withoutB, '--prune').exitCode).toBe(0);
    expect(before.filter((name) => !names().includes(name))).toEqual(['node-b.nft']);
  });

  test.each([
    ['no Node at all', list(...items.slice(0, 2)), 2],
    ['a Node that is broken', list(...items.slice(0, 3), { ...items[3], spec: 7 }), 0],
    ['a Node without a name', list(...items.slice(0, 3), { ...items[3], metadata: {} }), 0],
    ['something that is no object', list(...items.slice(0, 3), []), 0],
    ['an input that is cut off', input.slice(0, -9), 2],
  ])('removes nothing where the input has %s', (_, text, strictStatus) => {
    expect(run(input).exitCode).toBe(0);
    for (const validate of ['strict', 'warn']) {
      const { exitCode } = run(text, '--prune', '--validate', validate);
      if (strictStatus === 2) expect(exitCode).toBe(2);
      expect(names()).toEqual(['node-a.nft', 'node-b.nft']);
    }
  });

  test('needs --all-nodes', () => {
    const { exitCode, stderr } = natc(['compile', '--prune', ...flags], { input });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--prune needs --all-nodes');
  });
});
