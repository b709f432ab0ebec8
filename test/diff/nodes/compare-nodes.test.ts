import { describe, expect, test } from 'vitest';
import { plainPalette } from '../../../src/diagnostics/palette.ts';
import { formatTrafficText } from '../../../src/diff/format-text.ts';
import { groupNodes } from '../../../src/diff/nodes/node-groups.ts';
import { compareNodes } from '../../../src/diff-nodes.ts';
import { type CompileOptions, defaultOptions } from '../../../src/options.ts';
import { pureVerbs } from '../../support/answers.ts';
import { objectOf } from '../../support/objects.ts';

const node = (index: number, { net = index, zone = 'zone-1' } = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${index}`, labels: { 'topology.kubernetes.io/zone': zone } },
  spec: { podCIDRs: [`10.180.${net}.0/24`] },
  status: { addresses: [{ type: 'InternalIP', address: `192.168.0.${index}` }] },
});

const service = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { ports: [{ name: 'http', port: 80, nodePort: 30080 }], type: 'NodePort', ...spec },
});

const slice = (name: string, endpoints: readonly (readonly [string, string])[]) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: endpoints.map(([address, nodeName]) => ({ addresses: [address], nodeName })),
});

function compared(
  before: readonly object[],
  after: readonly object[],
  options: Partial<CompileOptions> = {},
) {
  const { diffs, ...rest } = compareNodes({
    before: before.map((object) => objectOf(object)),
    after: after.map((object) => objectOf(object)),
    options: { ...defaultOptions, ...options },
    optionPlaces: new Map(),
    compareTraffic: pureVerbs.nftables.compareTraffic,
    isMapped: false,
  });
  const all = [...diffs];
  return { ...rest, ...groupNodes(all), later: all.flatMap(({ diagnostics }) => diagnostics) };
}

const textOf = (diff: Parameters<typeof formatTrafficText>[0]) =>
  formatTrafficText(diff, { palette: plainPalette, locate: () => undefined });

const web = (externalTrafficPolicy: string) => [
  service('web', { clusterIP: '172.30.0.10', externalTrafficPolicy }),
  slice('web', [['10.180.1.5', 'node-1']]),
];
const nodes = [1, 2, 3, 10].map((index) => node(index));

test('the last Service that changes of a family goes, another stays: node ports are called as on one node', () => {
  const dns = service('dns', {
    clusterIP: '172.30.0.11',
    type: 'ClusterIP',
    ports: [{ port: 53 }],
  });
  const { groups } = compared([...web('Cluster'), dns, ...nodes], [dns, ...nodes]);
  expect(groups).toHaveLength(1);
  const text = groups.map(({ diff }) => textOf(diff)).join();
  expect(text).toContain('node port 30080/TCP, node port 30080/TCP on the loopback (NATC6003)');
});

describe('nodes with networks of their own', () => {
  const byNode: Partial<CompileOptions> = { detectLocalMode: 'NodeCIDR' };

  test('are told of their pods, not of the networks, and so told the same', () => {
    const { groups } = compared([...web('Cluster'), ...nodes], [...web('Local'), ...nodes], byNode);
    expect(groups.map((group) => group.nodes)).toEqual([
      ['node-2', 'node-3', 'node-10'],
      ['node-1'],
    ]);
    expect(textOf(groups[0]!.diff)).toContain("for this node's pods");
  });

  test('are told of the networks where they change', () => {
    const moved = nodes.map((each, i) => (i === 1 ? node(2, { net: 77 }) : each));
    const { groups } = compared(
      [...web('Cluster'), ...nodes],
      [...web('Cluster'), ...moved],
      byNode,
    );
    expect(groups.map((group) => group.nodes)).toEqual([['node-2']]);
    expect(textOf(groups[0]!.diff)).toContain('pods (10.180.77.0/24)');
  });
});

test('a node that moves to another zone sees what does not change elsewhere', () => {
  const hinted = {
    ...slice('web', []),
    endpoints: ['1', '2'].map((zone) => ({
      addresses: [`10.180.${zone}.5`],
      hints: { forZones: [{ name: `zone-${zone}` }] },
    })),
  };
  const objects = [service('web', { clusterIP: '172.30.0.10' }), hinted];
  const moved = nodes.map((each, i) => (i === 1 ? node(2, { zone: 'zone-2' }) : each));
  const { groups, unchanged } = compared([...objects, ...nodes], [...objects, ...moved]);
  expect(groups.map((group) => group.nodes)).toEqual([['node-2']]);
  expect(unchanged).toEqual(['node-1', 'node-3', 'node-10']);
});

test('nodes of one side are named and compared with nothing', () => {
  const { onlyBefore, onlyAfter, groups, unchanged } = compared(
    [...web('Cluster'), ...nodes.slice(0, 3)],
    [...web('Cluster'), ...nodes.slice(1)],
  );
  expect({ onlyBefore, onlyAfter, groups, unchanged }).toEqual({
    onlyBefore: ['node-1'],
    onlyAfter: ['node-10'],
    groups: [],
    unchanged: ['node-2', 'node-3'],
  });
});

test('what a plan says is said for the first node, and later only what is new', () => {
  const noNetwork = { ...node(3), spec: {} };
  const objects = [...web('Local'), node(1), node(2), noNetwork];
  const { diagnostics, later } = compared(objects, [...web('Cluster'), ...objects.slice(2)], {
    detectLocalMode: 'NodeCIDR',
    families: ['IPv4'],
  });
  expect(later.map(({ code }) => code)).toEqual(['NATC3016', 'NATC3016']);
  expect(diagnostics.map(({ code }) => code)).not.toContain('NATC3016');
});

test('an error in the objects compares no node', () => {
  const twice = [...web('Cluster'), service('other', { clusterIP: '172.30.0.10' })];
  const { diagnostics, groups, unchanged } = compared([...twice, ...nodes], [...twice, ...nodes]);
  expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  expect([...groups, ...unchanged]).toEqual([]);
});
