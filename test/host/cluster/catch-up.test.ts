/** A list that begins from the one before it is the list that the API server would give now. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listCluster } from '../../../src/host/cluster/list-cluster.ts';
import { serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import { kubeconfigFor, type StandIn, startStandIn } from '../../support/stand-in-api.ts';

let folder: string;
let api: StandIn;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'natc-catch-up-'));
  api = await startStandIn({ pageSize: 500 });
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(api.url));
  for (let number = 0; number < 501; number++) api.put(service(number));
  api.put(sliceObject('s1', 'IPv4', [{ addresses: ['10.1.0.5'] }]));
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const service = (number: number, port = 80): object =>
  serviceObject(`s${String(number).padStart(4, '0')}`, {
    clusterIP: `10.96.${number >> 8}.${number & 255}`,
    ports: [{ name: 'http', port }],
  });

/** As the next run lists; and as one without a memory would. */
async function list(now = 1000, directory = join(folder, 'state')) {
  const settings = {
    kubeconfig: join(folder, 'kubeconfig'),
    ...{ context: undefined, requestTimeout: 5, environment: {} },
  };
  const textOf = async (memory: Parameters<typeof listCluster>[3]) => {
    const { inputs, diagnostics } = await listCluster(settings, 1e9, undefined, memory);
    expect(diagnostics).toEqual([]);
    return Buffer.from(inputs[0]?.bytes ?? []).toString();
  };
  api.fail();
  const text = await textOf({ directory, now });
  const requests = [...api.requests];
  const whole = await textOf(undefined);
  return { text, whole, requests, lists: requests.filter((each) => /^services \d/.test(each)) };
}

const sorted = (text: string): readonly unknown[] =>
  JSON.parse(text).items.toSorted((a: object, b: object) =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
  );

test('only what changed is asked for, and it is the whole list', async () => {
  expect((await list()).lists).toHaveLength(2);
  const unchanged = await list(1060);
  expect(unchanged.lists).toEqual([]);
  expect(unchanged.text).toBe(unchanged.whole);
  // What is small is listed.
  expect(unchanged.requests).toContain('endpointslices 1');
  api.put(service(7, 81));
  api.put(service(900));
  api.remove('Service', 'shop/s0003');
  const { text, whole, lists } = await list(1120);
  expect(lists).toEqual([]);
  expect(sorted(text)).toEqual(sorted(whole));
  expect(text).toContain('s0900');
  // Where the last change of all is of another kind, a bookmark says so.
  api.put(service(8, 81));
  api.put(sliceObject('s1', 'IPv4', [{ addresses: ['10.1.0.6'] }]));
  const other = await list(1180);
  expect(other.lists).toEqual([]);
  expect(sorted(other.text)).toEqual(sorted(other.whole));
  expect(other.requests).toContain('services version');
});

test.each<readonly [string, () => void]>([
  ['the server knows the version no more', () => api.watches.compact()],
  ['the watch is refused', () => api.watches.fail('services', { kind: 'status', status: 500 })],
  ['the watch breaks', () => api.watches.fail('services', { kind: 'close-before' })],
  [
    'no bookmark says that it is all',
    () => {
      api.watches.withoutBookmarks();
      api.put(sliceObject('s1', 'IPv4', [{ addresses: ['10.1.0.6'] }]));
    },
  ],
  ['the watch ends at once', () => api.watches.fail('services', { kind: 'end' })],
])('where %s, all is listed', async (_, happen) => {
  await list();
  api.put(service(7, 81));
  happen();
  const { text, whole, lists } = await list(1060);
  expect(lists).toHaveLength(2);
  expect(sorted(text)).toEqual(sorted(whole));
});

test('after an hour all is listed, and where the kept list is damaged', async () => {
  await list();
  expect((await list(4000)).lists).toEqual([]);
  expect((await list(4600)).lists).toHaveLength(2);
  const path = join(folder, 'state/lists.gz');
  writeFileSync(path, readFileSync(path).subarray(0, 200));
  expect((await list(4700)).lists).toHaveLength(2);
  expect((await list(4760)).lists).toEqual([]);
});
