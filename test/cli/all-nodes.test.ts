import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
