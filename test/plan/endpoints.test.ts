import { expect, test } from 'vitest';
import { addressesOf, at, onlyPort, ready, service, slice } from '../support/cluster.ts';

const clusterAddresses = (...slices: readonly ReturnType<typeof slice>[]): readonly string[] =>
  addressesOf(onlyPort([service(), ...slices]).clusterEndpoints);

test('E1 a slice belongs to the Service of its label and namespace', () => {
  expect(clusterAddresses(slice(ready('10.0.0.1'), { of: 'other' }))).toEqual([]);
  expect(clusterAddresses(slice(ready('10.0.0.1'), { namespace: 'other' }))).toEqual([]);
  expect(clusterAddresses(slice(ready('10.0.0.1'), { name: 'any-name' }))).toEqual(['10.0.0.1']);
});

test('E2 slices of another addressType are ignored', () => {
  const fqdn = slice([at('pod.example')], { name: 'a', addressType: 'FQDN' });
  const six = slice(ready('fd00::1'), { name: 'b', addressType: 'IPv6' });
  expect(clusterAddresses(fqdn, six)).toEqual([]);
});

test('E4 slices may give one port name several numbers; a port without number is not used', () => {
  const ports = (port?: number) => [{ name: 'http', protocol: 'TCP', port }];
  const { clusterEndpoints } = onlyPort([
    service(),
    slice(ready('10.0.0.1'), { name: 'a', ports: ports(8080) }),
    slice(ready('10.0.0.1'), { name: 'b', ports: ports(9090) }),
    slice(ready('10.0.0.2'), { name: 'c', ports: ports() }),
  ]);
  expect(clusterEndpoints.map(({ address, port }) => `${address}:${port}`)).toEqual([
    '10.0.0.1:8080',
    '10.0.0.1:9090',
  ]);
});

test('E5 only the first address of an endpoint is used', () => {
  const several = slice([{ addresses: ['10.0.0.2', '10.0.0.1'] }]);
  expect(clusterAddresses(several)).toEqual(['10.0.0.2']);
});

test('E6 unset conditions mean ready, serving, not terminating', () => {
  const { endpointCounts, clusterEndpoints } = onlyPort([
    service(),
    slice([
      at('10.0.0.1', { conditions: {} }),
      at('10.0.0.2', { conditions: { ready: true, terminating: true } }),
      at('10.0.0.3', { conditions: { ready: false } }),
    ]),
  ]);
  expect(addressesOf(clusterEndpoints)).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(endpointCounts).toEqual({ total: 3, ready: 2, localReady: 0 });
});

test('E7 addresses are normalised before they are compared', () => {
  const slices = [
    slice(ready('10.0.0.01'), { name: 'a' }),
    slice(ready('10.0.0.1'), { name: 'b' }),
  ];
  expect(clusterAddresses(...slices)).toEqual(['10.0.0.1']);
});

test('E8 local means the very name of this node', () => {
  const endpoints = [
    at('10.0.0.1', { nodeName: 'n1' }),
    at('10.0.0.2', { nodeName: 'n1.example' }),
    at('10.0.0.3'),
  ];
  const local = { internalTrafficPolicy: 'Local' };
  const objects = [service(local), slice(endpoints)];
  expect(addressesOf(onlyPort(objects, { nodeName: 'n1' }).localEndpoints)).toEqual(['10.0.0.1']);
  expect(onlyPort(objects).localEndpoints).toEqual([]);
});

test('E9 of two non-terminating entries the later slice by name wins', () => {
  const { clusterEndpoints } = onlyPort([
    service(),
    slice([at('10.0.0.1', { nodeName: 'late' })], { name: 'web-9' }),
    slice([at('10.0.0.1', { nodeName: 'early' })], { name: 'web-10' }),
  ]);
  expect(clusterEndpoints.map(({ nodeName }) => nodeName)).toEqual(['late']);
});

test('E9 a terminating entry never replaces one, but is replaced', () => {
  const terminating = { conditions: { ready: false, serving: true, terminating: true } };
  const gone = (name: string) => slice([at('10.0.0.1', terminating)], { name });
  const alive = (name: string) => slice(ready('10.0.0.1'), { name });
  const readyCount = (...slices: readonly ReturnType<typeof slice>[]) =>
    onlyPort([service(), ...slices]).endpointCounts.ready;
  expect(readyCount(alive('a'), gone('b'))).toBe(1);
  expect(readyCount(gone('a'), alive('b'))).toBe(1);
});

test('E10 endpoints are in the byte order of ip:port', () => {
  expect(clusterAddresses(slice(ready('10.2.2.3', '10.2.2.2', '10.2.2.22', '10.2.2.10')))).toEqual([
    '10.2.2.10',
    '10.2.2.22',
    '10.2.2.2',
    '10.2.2.3',
  ]);
});

test('F2 an endpoint port counts by name and protocol, targetPort plays no part', () => {
  const port = { name: 'http', port: 80, protocol: 'TCP', targetPort: 9999 };
  const named = (name: string, protocol: string) =>
    slice(ready('10.0.0.2'), { name: 'b', ports: [{ name, port: 53, protocol }] });
  const ports = (other: ReturnType<typeof slice>) =>
    onlyPort([service({ ports: [port] }), slice(ready('10.0.0.1')), other]).clusterEndpoints.map(
      (endpoint) => endpoint.port,
    );
  expect(ports(named('http', 'TCP'))).toEqual([8080, 53]);
  expect(ports(named('http', 'UDP'))).toEqual([8080]);
  expect(ports(named('', 'TCP'))).toEqual([8080]);
});

test('M6 ND3 endpoints of this node, and of unknown node, can be hairpins', () => {
  const endpoints = [
    at('10.0.0.1', { nodeName: 'n1' }),
    at('10.0.0.2', { nodeName: 'n2' }),
    at('10.0.0.3'),
  ];
  const hairpins = (nodeName?: string) =>
    onlyPort([service(), slice(endpoints)], { nodeName })
      .clusterEndpoints.filter(({ hairpin }) => hairpin)
      .map(({ address }) => address);
  expect(hairpins('n1')).toEqual(['10.0.0.1', '10.0.0.3']);
  expect(hairpins()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
});

test('C3 C6 serving endpoints of a UDP port ignore readiness and policies', () => {
  const ports = [{ name: 'http', port: 80, protocol: 'UDP' }];
  const conditions = { ready: false, serving: true };
  const { servingEndpoints } = onlyPort([
    service({ ports, internalTrafficPolicy: 'Local' }),
    slice(
      [
        at('10.0.0.2', { conditions }),
        at('10.0.0.1'),
        at('10.0.0.3', { conditions: { serving: false } }),
      ],
      { ports: [{ name: 'http', port: 53, protocol: 'UDP' }] },
    ),
  ]);
  expect(servingEndpoints).toEqual(['10.0.0.1:53', '10.0.0.2:53']);
  expect(onlyPort([service(), slice(ready('10.0.0.1'))]).servingEndpoints).toEqual([]);
});

test('origins point at the address of the endpoint', () => {
  const [first] = onlyPort([
    service(),
    slice([{ addresses: [] }, at('10.0.0.1')]),
  ]).clusterEndpoints;
  expect(first?.origin.path).toEqual(['endpoints', 1, 'addresses', 0]);
  expect(first?.origin.object.kind).toBe('EndpointSlice');
});
