import { expect, test } from 'vitest';
import {
  addressesOf,
  endpoints,
  onlyPort,
  planned,
  ready,
  service,
  slice,
} from '../support/cluster.ts';

const ports = [{ name: 'http', port: 8080, protocol: 'TCP' }];
const subset = { addresses: [{ ip: '10.0.0.1', nodeName: 'n1' }], ports };

const codes = (objects: readonly ReturnType<typeof service>[]): readonly string[] =>
  planned(objects).diagnostics.map(({ code, severity }) => `${code} ${severity}`);

test('E3 subsets become slices; not-ready addresses count but are never used', () => {
  const { clusterEndpoints, endpointCounts } = onlyPort([
    service(),
    endpoints([
      { ...subset, notReadyAddresses: [{ ip: '10.0.0.2' }] },
      { addresses: [{ ip: '10.0.0.3' }], ports: [{ name: 'http', port: 9090 }] },
    ]),
  ]);
  expect(clusterEndpoints.map(({ address, port }) => `${address}:${port}`)).toEqual([
    '10.0.0.1:8080',
    '10.0.0.3:9090',
  ]);
  expect(clusterEndpoints[0]?.nodeName).toBe('n1');
  expect(clusterEndpoints[0]?.origin.path).toEqual(['subsets', 0, 'addresses', 0, 'ip']);
  expect(endpointCounts.total).toBe(3);
});

test('E3 a subset is split by family', () => {
  const { IPv4, IPv6 } = planned([
    service({ clusterIPs: ['172.30.0.41', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] }),
    endpoints([{ addresses: [{ ip: 'fd00::9' }, { ip: '10.0.0.1' }], ports }]),
  ]);
  expect(IPv4.servicePorts.flatMap((each) => addressesOf(each.clusterEndpoints))).toEqual([
    '10.0.0.1',
  ]);
  expect(IPv6.servicePorts.flatMap((each) => addressesOf(each.clusterEndpoints))).toEqual([
    'fd00::9',
  ]);
});

test('E3 a Service with a selector is not mirrored, which is told', () => {
  const objects = [service({ selector: { app: 'web' } }), endpoints([subset])];
  expect(onlyPort(objects).clusterEndpoints).toEqual([]);
  expect(codes(objects)).toContain('NATC3003 warning');
});

test('E3 slices win over the Endpoints object, which is told', () => {
  const objects = [service(), endpoints([subset]), slice(ready('10.0.0.9'))];
  expect(addressesOf(onlyPort(objects).clusterEndpoints)).toEqual(['10.0.0.9']);
  expect(codes(objects)).toEqual(['NATC3002 note']);
});

test.each([
  ['the label skip-mirror', { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }],
  ['a leader election', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }],
  ['S4 the headless label', { labels: { 'service.kubernetes.io/headless': '' } }],
])('E3 %s prevents mirroring, which is told', (_, metadata) => {
  const objects = [service(), endpoints([subset], metadata)];
  expect(onlyPort(objects).clusterEndpoints).toEqual([]);
  expect(codes(objects)).toContain('NATC3004 warning');
});

test('E3 the label skip-mirror counts with the value true only', () => {
  const metadata = { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'false' } };
  expect(onlyPort([service(), endpoints([subset], metadata)]).clusterEndpoints).toHaveLength(1);
});

test('E3 at most 1000 addresses of a subset, ready ones first, which is told', () => {
  const many = (count: number, net: number) =>
    Array.from({ length: count }, (_, i) => ({ ip: `10.${net}.${i >> 8}.${i & 255}` }));
  const objects = [
    service(),
    endpoints([{ notReadyAddresses: many(600, 1), addresses: many(700, 2), ports }]),
  ];
  expect(onlyPort(objects).endpointCounts).toEqual({ total: 1000, ready: 700, localReady: 0 });
  expect(codes(objects)).toEqual(['NATC3005 warning']);
});

test('E12 Endpoints of a Service that is not there are ignored, which is told', () => {
  expect(codes([service(), slice(ready('10.0.0.1')), endpoints([subset], { name: 'x' })])).toEqual([
    'NATC3009 note',
  ]);
});
