import { expect, test } from 'vitest';
import type { Change, TrafficDiff } from '../../../src/diff/change.ts';
import { groupNodes } from '../../../src/diff/nodes/node-groups.ts';

const change = (more: Partial<Change> = {}): Change => ({
  type: 'ENDPOINTS_CHANGED',
  family: 'ip',
  service: 'shop/web',
  destinations: [],
  clients: ["this node's pods", 'this node'],
  before: { kind: 'served', endpoints: [], snat: 'never', affinityTimeout: undefined },
  after: { kind: 'served', endpoints: [], snat: 'never', affinityTimeout: undefined },
  endpoints: [{ endpoint: '10.180.1.5:8080', before: 0, after: 0.5 }],
  risks: [],
  witness: {
    packet: {
      family: 'ip',
      source: '192.0.2.1',
      destination: '172.30.0.10',
      protocol: 'tcp',
      destinationPort: 80,
      inInterface: '',
      mark: 0,
    },
    nodeAddresses: new Set(),
    before: { branches: [] },
    after: { branches: [] },
  },
  origin: undefined,
  cause: undefined,
  ...more,
});

const diffOf = (...changes: readonly Change[]): TrafficDiff => ({
  changes,
  claims: [],
  notCompared: [],
  remarks: [],
  services: { before: new Set(['shop/web', 'shop/other']), after: new Set(['shop/web']) },
  nodeAddresses: new Set(),
});

const grouped = (...diffs: readonly TrafficDiff[]) =>
  groupNodes(diffs.map((diff, i) => ({ node: `node-${i}`, diff, map: [] })));

const plain = diffOf(change(), change({ service: undefined }));

test('an order or an example makes no other difference', () => {
  const { witness } = change();
  const { groups } = grouped(
    plain,
    diffOf(change({ service: undefined }), change()),
    diffOf(
      change({ clients: ['this node', "this node's pods"] }),
      change({
        service: undefined,
        witness: { ...witness, packet: { ...witness.packet, source: '192.0.2.99' } },
      }),
    ),
  );
  expect(groups.map(({ nodes }) => nodes)).toEqual([['node-0', 'node-1', 'node-2']]);
  expect(groups[0]?.diff.changes).toEqual(plain.changes);
});

test.each<[string, Partial<Change>]>([
  ['a client', { clients: ['this node'] }],
  ['an endpoint', { endpoints: [{ endpoint: '10.180.2.5:8080', before: 0, after: 0.5 }] }],
  ['a probability', { endpoints: [{ endpoint: '10.180.1.5:8080', before: 0, after: 0.25 }] }],
  [
    'a risk',
    {
      risks: [
        {
          code: 'NATC6003',
          severity: 'high',
          kind: 'LAST_ENDPOINT_LOST',
          subject: 'node port 1/TCP',
          text: 'gone',
        },
      ],
    },
  ],
  ['a Service', { service: 'shop/other' }],
])('%s does', (_, more) => {
  const { groups } = grouped(plain, diffOf(change(more), change({ service: undefined })));
  expect(groups).toHaveLength(2);
});

test('the largest group comes first, and what does not change is not kept', () => {
  const other = diffOf(change());
  const { groups, unchanged } = grouped(plain, diffOf(), other, other);
  expect(groups.map(({ nodes }) => nodes)).toEqual([['node-2', 'node-3'], ['node-0']]);
  expect([...(groups[0]?.diff.services.before ?? [])]).toEqual(['shop/web']);
  expect(unchanged).toEqual(['node-1']);
});

test('a change that several groups have is kept once', () => {
  const { groups } = grouped(plain, diffOf(change()));
  const [a, b] = groups.map(({ diff }) => diff.changes[0]);
  expect(a).toBe(b);
});
