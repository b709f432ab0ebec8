import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serviceObject, sliceObject } from '../support/kernel-cluster.ts';
import { kubeconfigFor, type StandIn, startStandIn } from '../support/stand-in-api.ts';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-from-cluster-'));
const kubeconfig = join(folder, 'kubeconfig');
const fromCluster = ['--from-cluster', '--kubeconfig', kubeconfig];

const objects = [
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' }, status: {} },
  serviceObject('web', { clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80 }] }),
  sliceObject('web', 'IPv4', [{ addresses: ['10.1.0.6'], nodeName: 'node-a' }]),
];
const file = join(folder, 'cluster.json');

let api: StandIn;
beforeAll(async () => {
  api = await startStandIn();
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  api.serve(objects);
  api.fail();
});

/** Commands that do not touch the machine, and how each is told where its input is. */
const commands: readonly (readonly [name: string, (input: readonly string[]) => string[]])[] = [
  ['compile', (input) => ['compile', ...input]],
  ['compile -o plan', (input) => ['compile', '-o', 'summary', ...input]],
  ['compile --state-dir', (input) => ['compile', '--state-dir', join(folder, 'state'), ...input]],
  ['list', (input) => ['list', ...input]],
  ['check', (input) => ['check', '--no-kernel', '--no-sysctl', ...input]],
  ['explain', (input) => ['explain', '10.1.0.9', '10.96.0.10:80', ...input]],
];

describe.each(commands)('natc %s --from-cluster', (_, command) => {
  test('does what it does with the same objects from a file', async () => {
    const listed = await natcInProcess(command(fromCluster));
    const read = await natcInProcess(command(['-f', file]));
    expect(listed.exitCode).toBe(0);
    // A file's objects have lines, a cluster's have names.
    const withoutPlaces = (text: string) => text.replace(/\S*cluster\.json[:\d]*, /g, '');
    expect(listed.stdout).toBe(withoutPlaces(read.stdout));
    expect(read.exitCode).toBe(0);
  });

  test('ends with 3 when one page is not there', async () => {
    api.fail({
      list: 'endpointslices',
      page: 1,
      how: { kind: 'status', status: 403 },
    });
    const { exitCode, stdout, stderr } = await natcInProcess(command(fromCluster));
    expect(exitCode).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('NATC5071');
    expect(stderr).not.toMatch(/ at .*:\d+:\d+|files?\b/);
  });
});

test('objects of a cluster have no lines, only names', async () => {
  api.serve([
    ...objects,
    serviceObject('bad', { clusterIP: '10.96.0.11', ports: [{ name: 'http', port: 70000 }] }),
  ]);
  const { exitCode, stderr } = await natcInProcess(['compile', ...fromCluster]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^<cluster>: error\[NATC2\d+\]: .*70000/);
  expect(stderr).toContain('object: Service shop/bad, spec.ports[0].port');
  expect(stderr).toContain('in the cluster (4 objects)');
});

describe('natc diff', () => {
  const diff = (...args: readonly string[]) =>
    natcInProcess(['diff', ...args, '--kubeconfig', kubeconfig]);

  test('takes the cluster as either side', async () => {
    expect(await diff('cluster', file)).toMatchObject({ exitCode: 0 });
    // kubectl apply deletes nothing; --no-base compares with what is there.
    const node = join(folder, 'node.json');
    writeFileSync(node, JSON.stringify(objects[0]));
    expect(await diff('cluster', node)).toMatchObject({ exitCode: 0, stdout: '' });
    expect((await diff('cluster', node, '--no-base')).stdout).toContain('removed');
    expect(await diff('--base', 'cluster', file)).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await diff('--base', 'cluster', node, node)).toMatchObject({ exitCode: 0 });
    api.serve(objects.slice(0, 2));
    expect((await diff(file, 'cluster')).exitCode).toBe(1);
    expect((await diff('cluster', file)).exitCode).toBe(1);
    expect((await diff('cluster', file, '--all-nodes')).exitCode).toBe(1);
    expect((await diff('cluster', file, '--backend', 'iptables')).exitCode).toBe(1);
  });

  test('ends with 3 when the cluster cannot be listed', async () => {
    api.fail({ list: 'services', page: 1, how: { kind: 'status', status: 403 } });
    for (const args of [[], ['--all-nodes']]) {
      const { exitCode, stdout, stderr } = await diff('cluster', file, ...args);
      expect([exitCode, stdout]).toEqual([3, '']);
      expect(stderr).toContain('NATC5071');
    }
  });
});

test('compile --all-nodes writes what the cluster has, and nothing when a page is not there', async () => {
  const outDir = join(folder, 'rulesets');
  const run = () => natcInProcess(['compile', ...fromCluster, '--all-nodes', '--out-dir', outDir]);
  api.fail({ list: 'services', page: 1, how: { kind: 'status', status: 404 } });
  expect((await run()).exitCode).toBe(3);
  api.fail();
  expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readdirSync(outDir)).toEqual(['node-a.nft']);
});

test.each([
  [['list', '--from-cluster', '-f', file], /--from-cluster.* cannot be used with .*--filename/],
  [
    ['list', '-f', file, '--kubeconfig', kubeconfig],
    /--kubeconfig and --context need --from-cluster/,
  ],
  [['list', '-f', file, '--context', 'x'], /--kubeconfig and --context need --from-cluster/],
  [['diff', file, file, '--context', 'x'], /--kubeconfig and --context are for the side 'cluster'/],
  [['explain', '10.1.0.9', '10.96.0.10:80', '--live', '--from-cluster'], /cannot be used with/],
  [['list', '--from-cluster', '--request-timeout', 'soon'], /must be a time/],
])('natc %j is a usage error', async (args, message) => {
  const { exitCode, stderr } = await natcInProcess(args);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});
