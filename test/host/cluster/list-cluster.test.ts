import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listCluster } from '../../../src/host/cluster/list-cluster.ts';
import { readObjects } from '../../../src/read/read.ts';
import { splitItems } from '../../../src/recompile/items.ts';
import { serviceObject, sliceObject } from '../../support/kernel-cluster.ts';
import {
  kubeconfigFor,
  type Misbehaviour,
  type StandIn,
  startStandIn,
} from '../../support/stand-in-api.ts';
import type { ListName } from '../../support/stand-in-watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-cluster-'));
const kubeconfig = join(folder, 'kubeconfig');

let api: StandIn;
beforeAll(async () => {
  api = await startStandIn();
  writeFileSync(kubeconfig, kubeconfigFor(api.url, { user: { token: 'sesame' } }));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const nodeObject = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, resourceVersion: '17', managedFields: [{ manager: 'kubelet' }] },
  spec: { podCIDR: '10.1.0.0/24' },
  status: {
    addresses: [{ type: 'InternalIP', address: '192.168.0.2' }],
    conditions: [{ type: 'Ready', lastHeartbeatTime: '2026-01-01T00:00:00Z' }],
  },
});

/** Three pages of Services and of EndpointSlices, two of Nodes. */
const objects = [
  ...['a', 'b', 'c'].map((name) => nodeObject(`node-${name}`)),
  ...[1, 2, 3, 4, 5].flatMap((each) => [
    serviceObject(`web-${each}`, {
      clusterIP: `10.96.0.${each}`,
      ports: [{ name: 'http', port: 80 }],
    }),
    sliceObject(`web-${each}`, 'IPv4', [{ addresses: [`10.1.0.${each}`] }]),
  ]),
];

beforeEach(() => {
  waits.length = 0;
  api.serve(objects);
  api.fail();
});

/** Waits before trying again are over at once, and noted. */
const waits: number[] = [];
const wait = async (milliseconds: number): Promise<void> => {
  waits.push(milliseconds);
};

const list = (requestTimeout = 30, mostBytes = 1e6) =>
  listCluster({ kubeconfig, context: undefined, requestTimeout, environment: {} }, mostBytes, wait);

const textOf = (listing: Awaited<ReturnType<typeof list>>): string =>
  Buffer.from(listing.inputs[0]?.bytes ?? []).toString();

describe('a listing', () => {
  test('has every object of every page, with its kind, and asks for each page once', async () => {
    const listing = await list();
    expect(listing.diagnostics).toEqual([]);
    const read = readObjects(listing.inputs);
    expect(read.diagnostics).toEqual([]);
    expect(read.objects.map(({ kind }) => kind).sort()).toEqual(
      objects.map((object) => (object as { kind: string }).kind).sort(),
    );
    expect(api.requests).toEqual([
      ...['nodes 1', 'nodes 2', 'services 1', 'services 2', 'services 3'],
      ...['endpointslices 1', 'endpointslices 2', 'endpointslices 3'],
    ]);
    expect(api.headers().authorization).toBe('Bearer sesame');
  });

  test('loses nothing of a Service or slice, whether natc knows the field or not', async () => {
    const odd = {
      ...serviceObject('odd', {
        clusterIP: '10.96.0.9',
        ports: [{ name: 'http', port: 80 }],
        futureField: [1, null],
      }),
      status: { loadBalancer: {}, other: 1.5 },
    };
    api.serve([odd]);
    const [object] = readObjects((await list()).inputs).objects;
    expect(object?.value).toEqual(odd);
  });

  test('is split into objects as one of kubectl is', async () => {
    const { items } = splitItems((await list()).inputs);
    expect(items).toHaveLength(objects.length);
    expect(new Set(items.map(({ style }) => style))).toEqual(new Set(['json-list']));
  });

  test('is the same text when only kubelets have reported', async () => {
    const before = textOf(await list());
    const later = JSON.stringify(objects)
      .replaceAll('2026-01-01', '2026-01-02')
      .replaceAll('"17"', '"18"');
    api.serve(JSON.parse(later));
    expect(textOf(await list())).toBe(before);
    expect(before).toContain('192.168.0.2');
    expect(before).not.toContain('kubelet');
  });

  test('of a cluster without objects is an empty List', async () => {
    api.serve([]);
    expect(JSON.parse(textOf(await list()))).toMatchObject({ kind: 'List', items: [] });
  });
});

const pages: readonly (readonly [ListName, number])[] = [
  ...[1, 2].map((page) => ['nodes', page] as const),
  ...[1, 2, 3].map((page) => ['services', page] as const),
  ...[1, 2, 3].map((page) => ['endpointslices', page] as const),
];
const status = (code: number, headers = {}): Misbehaviour => ({
  kind: 'status',
  status: code,
  headers,
});

/** Each way to fail: the code it is told with, words of the message, and whether natc asks twice. */
const ways: readonly (readonly [
  name: string,
  how: Misbehaviour,
  code: string,
  words: RegExp,
  asksTwice: boolean,
])[] = [
  ['401', status(401), 'NATC5071', /401 Unauthorized/, false],
  ['403', status(403), 'NATC5071', /no permission: 403 Forbidden: \w+ is forbidden/, false],
  ['404', status(404), 'NATC5072', /404 NotFound/, false],
  ['429 with Retry-After', status(429, { 'retry-after': '0' }), 'NATC5072', /429 TooMany/, true],
  ['429 for an hour', status(429, { 'retry-after': '3600' }), 'NATC5072', /429 TooMany/, false],
  ['500', status(500), 'NATC5072', /500 InternalError: etcdserver/, true],
  ['503', status(503), 'NATC5072', /503 ServiceUnavailable/, true],
  ['504', status(504), 'NATC5072', /504 Timeout/, true],
  [
    '502 of a load balancer',
    { kind: 'status', status: 502, body: 'upstream connect\nerror' },
    'NATC5072',
    /502 Bad Gateway: upstream connect error/,
    true,
  ],
  ['302', { ...status(302), body: '' } as Misbehaviour, 'NATC5072', /302 Found/, false],
  ['closed connection', { kind: 'close-before' }, 'NATC5072', /connection was closed/, true],
  ['closed within', { kind: 'close-within' }, 'NATC5072', /connection was closed/, true],
  ['half JSON', { kind: 'half-json' }, 'NATC5074', /the JSON is cut off/, true],
  ['no JSON', { kind: 'body', body: '<html>' }, 'NATC5074', /the JSON is cut off/, true],
  ['nothing', { kind: 'body', body: '' }, 'NATC5074', /the answer is empty/, true],
  [
    'a Status with 200',
    { kind: 'body', body: '{"kind":"Status"}' },
    'NATC5074',
    /the answer is no \w+List/,
    true,
  ],
  ['no list', { kind: 'body', body: '[]' }, 'NATC5074', /the answer is no \w+List/, true],
];

describe.each(ways)('%s', (_name, how, code, words, asksTwice) => {
  test.each(pages)('on %s, page %i: no objects, one message', async (resource, page) => {
    api.fail({ list: resource, page, how });
    const { inputs, diagnostics } = await list();
    expect(inputs).toEqual([]);
    expect(diagnostics).toMatchObject([{ code, severity: 'error' }]);
    const [{ message } = { message: '' }] = diagnostics;
    expect(message).toMatch(words);
    expect(message).toContain(resource);
    expect(message).toContain(`page ${page}`);
    expect(message.includes('2 attempts')).toBe(asksTwice && code !== 'NATC5074');
    expect(message).not.toContain('\n');
    expect(api.requests.filter((each) => each === `${resource} ${page}`)).toHaveLength(
      asksTwice ? 2 : 1,
    );
  });
});

describe.each(ways.filter(([, , , , asksTwice]) => asksTwice))(
  '%s, but only once',
  (_name, how) => {
    test('does no harm, on whichever page', async () => {
      api.fail(...pages.map(([resource, page]) => ({ list: resource, page, how, times: 1 })));
      const listing = await list();
      expect(listing.diagnostics).toEqual([]);
      expect(readObjects(listing.inputs).objects).toHaveLength(objects.length);
    });
  },
);

test.each([
  ['5', 5000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
])('Retry-After %s is waited for', async (value, milliseconds) => {
  api.fail({ list: 'nodes', page: 1, how: status(429, { 'retry-after': value }), times: 1 });
  expect((await list()).diagnostics).toEqual([]);
  expect(waits).toEqual([milliseconds]);
});

test('without Retry-After not all nodes come back at the same moment', async () => {
  api.fail({ list: 'nodes', page: 1, how: status(503) });
  for (let i = 0; i < 5; i++) await list();
  expect(new Set(waits).size).toBeGreaterThan(1);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(250);
  expect(Math.max(...waits)).toBeLessThanOrEqual(750);
});

describe('410 Gone', () => {
  const later = pages.filter(([, page]) => page > 1);

  test.each(later)('on %s, page %i: the list is begun anew', async (resource, page) => {
    api.fail({ list: resource, page, how: status(410), times: 1 });
    const listing = await list();
    expect(listing.diagnostics).toEqual([]);
    expect(readObjects(listing.inputs).objects).toHaveLength(objects.length);
    expect(api.requests.filter((each) => each === `${resource} 1`)).toHaveLength(2);
  });

  test.each(later)('on %s, page %i, again and again: an error', async (resource, page) => {
    api.fail({ list: resource, page, how: status(410) });
    const { inputs, diagnostics } = await list();
    expect(inputs).toEqual([]);
    expect(diagnostics).toMatchObject([{ code: 'NATC5072' }]);
    expect(diagnostics[0]?.message).toMatch(/410 Expired: The provided continue parameter/);
    expect(api.requests.filter((each) => each === `${resource} 1`)).toHaveLength(2);
  });
});

describe('a list that is not of one piece', () => {
  const page = (metadata: object): Misbehaviour => ({
    kind: 'body',
    body: JSON.stringify({ kind: 'ServiceList', apiVersion: 'v1', metadata, items: [] }),
  });

  test('pages of different moments: begun anew once, then refused', async () => {
    const how = page({ resourceVersion: '7' });
    api.fail({ list: 'services', page: 3, how, times: 1 });
    expect((await list()).diagnostics).toEqual([]);
    api.fail({ list: 'services', page: 3, how });
    const { inputs, diagnostics } = await list();
    expect(inputs).toEqual([]);
    expect(diagnostics[0]).toMatchObject({ code: 'NATC5074' });
    expect(diagnostics[0]?.message).toMatch(/page 3: it is of resourceVersion 7/);
  });

  test('a last page after which more are said to remain', async () => {
    api.fail({ list: 'services', page: 1, how: page({ remainingItemCount: 3 }) });
    expect((await list()).diagnostics[0]?.message).toMatch(/3 more are said to remain/);
  });

  test('a page that leads back to itself', async () => {
    const how = page({ resourceVersion: '1', continue: 'bm93aGVyZQ==' });
    api.fail(...[1, 2, 3].map((each) => ({ list: 'services' as const, page: each, how })));
    const { diagnostics } = await list();
    expect(diagnostics[0]).toMatchObject({ code: 'NATC5074' });
  });

  test('more than the limit', async () => {
    const { inputs, diagnostics } = await list(30, 1500);
    expect(inputs).toEqual([]);
    expect(diagnostics[0]).toMatchObject({ code: 'NATC5074' });
    expect(diagnostics[0]?.message).toMatch(/larger than 256 MiB/);
  });
});

test.each([
  ['says nothing', 'hang'],
  ['stops within the answer', 'hang-within'],
] as const)('an API server that %s is waited for so long, once', async (_, kind) => {
  api.fail({ list: 'services', page: 2, how: { kind } });
  const { inputs, diagnostics } = await list(0.2);
  expect(inputs).toEqual([]);
  expect(diagnostics[0]).toMatchObject({ code: 'NATC5077' });
  expect(diagnostics[0]?.message).toMatch(/services, page 2, .* in time/);
  expect(api.requests.filter((each) => each === 'services 2')).toHaveLength(1);
});
