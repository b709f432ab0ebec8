import { expect, test } from 'vitest';
import { addressesOf, at, node, onlyPort, service, slice } from '../support/cluster.ts';

const zones = (...names: readonly string[]) => ({
  hints: { forZones: names.map((name) => ({ name })) },
});
const nodes = (...names: readonly string[]) => ({
  hints: { forNodes: names.map((name) => ({ name })) },
});
const draining = { conditions: { ready: false, serving: true, terminating: true } };
const unready = { conditions: { ready: false } };

const cluster = (
  endpoints: readonly ReturnType<typeof at>[],
  options: Parameters<typeof onlyPort>[1] = { nodeName: 'n1', zone: 'a' },
): readonly string[] =>
  addressesOf(onlyPort([service(), slice(endpoints)], options).clusterEndpoints);

test('T1 no endpoints: both lists empty', () => {
  const { clusterEndpoints, localEndpoints } = onlyPort([service(), slice([])]);
  expect([clusterEndpoints, localEndpoints]).toEqual([[], []]);
});

test('T2 hints for this zone narrow the ready endpoints', () => {
  const endpoints = [
    at('10.0.0.1', zones('a')),
    at('10.0.0.2', zones('b')),
    at('10.0.0.3', zones('b', 'a')),
  ];
  expect(cluster(endpoints)).toEqual(['10.0.0.1', '10.0.0.3']);
  expect(cluster(endpoints, { nodeName: 'n1' })).toHaveLength(3);
  expect(cluster(endpoints, { zone: 'c' })).toHaveLength(3);
});

test('T2 one ready endpoint without hints switches them off, an unready one does not', () => {
  const hinted = [at('10.0.0.1', zones('a')), at('10.0.0.2', zones('b'))];
  expect(cluster([...hinted, at('10.0.0.3')])).toHaveLength(3);
  expect(cluster([...hinted, at('10.0.0.3', unready)])).toEqual(['10.0.0.1']);
});

test('T2 hints for this node go before those for its zone', () => {
  const both = (address: string, forNode: string, forZone: string) =>
    at(address, { hints: { ...nodes(forNode).hints, ...zones(forZone).hints } });
  const endpoints = [both('10.0.0.1', 'n2', 'a'), both('10.0.0.2', 'n1', 'b')];
  expect(cluster(endpoints)).toEqual(['10.0.0.2']);
  expect(cluster(endpoints, { nodeName: 'n3', zone: 'a' })).toEqual(['10.0.0.1']);
  expect(cluster(endpoints, { zone: 'a' })).toEqual(['10.0.0.1']);
});

test('T2 the zone comes from the Node object that --node-name names', () => {
  const labels = { 'topology.kubernetes.io/zone': 'b' };
  const objects = [
    service(),
    slice([at('10.0.0.1', zones('a')), at('10.0.0.2', zones('b'))]),
    node('n0', { labels: { 'topology.kubernetes.io/zone': 'a' } }),
    node('n1', { labels }),
  ];
  const addresses = (options: Parameters<typeof onlyPort>[1]) =>
    addressesOf(onlyPort(objects, options).clusterEndpoints);
  expect(addresses({ nodeName: 'n1' })).toEqual(['10.0.0.2']);
  expect(addresses({ nodeName: 'n1', zone: 'a' })).toEqual(['10.0.0.1']);
  expect(addresses({})).toHaveLength(2);
});

test('T2 without ready endpoints those that serve and terminate, hints ignored', () => {
  const endpoints = [
    at('10.0.0.1', { ...draining, ...zones('a') }),
    at('10.0.0.2', { ...draining, ...zones('b') }),
  ];
  expect(cluster(endpoints)).toHaveLength(2);
  expect(cluster([...endpoints, at('10.0.0.3', zones('b'))])).toEqual(['10.0.0.3']);
});

test('T6 neither terminating without serving nor not ready are ever used', () => {
  const dead = { conditions: { ready: false, serving: false, terminating: true } };
  expect(cluster([at('10.0.0.1', dead), at('10.0.0.2', unready)])).toEqual([]);
});

test('T3 the local list falls back to draining endpoints though others are ready elsewhere', () => {
  const { localEndpoints, clusterEndpoints } = onlyPort(
    [
      service({ internalTrafficPolicy: 'Local' }),
      slice([at('10.0.0.1', { ...draining, nodeName: 'n1' }), at('10.0.0.2', { nodeName: 'n2' })]),
    ],
    { nodeName: 'n1' },
  );
  expect(addressesOf(localEndpoints)).toEqual(['10.0.0.1']);
  expect(clusterEndpoints).toEqual([]);
});

test('T4 endpoints of other nodes that still serve keep a destination from being refused', () => {
  const verdict = (conditions: object) =>
    onlyPort(
      [
        service({ internalTrafficPolicy: 'Local' }),
        slice([at('10.0.0.1', { ...conditions, nodeName: 'n2' })]),
      ],
      { nodeName: 'n1' },
    ).frontends.map((frontend) => frontend.verdict.kind);
  expect(verdict({})).toEqual(['drop']);
  expect(verdict(draining)).toEqual(['drop']);
  expect(verdict(unready)).toEqual(['reject']);
});

test('T3 hints never apply to the local list', () => {
  const endpoints = [at('10.0.0.1', { nodeName: 'n1', ...zones('b') }), at('10.0.0.2', zones('a'))];
  const { localEndpoints } = onlyPort(
    [service({ internalTrafficPolicy: 'Local' }), slice(endpoints)],
    { nodeName: 'n1', zone: 'a' },
  );
  expect(addressesOf(localEndpoints)).toEqual(['10.0.0.1']);
});

test('F17 F18 T5 lists that no policy needs stay empty', () => {
  const endpoints = slice([at('10.0.0.1', { nodeName: 'n1' })]);
  const lengths = (spec: object) => {
    const each = onlyPort([service(spec as never), endpoints], { nodeName: 'n1' });
    return [each.clusterEndpoints.length, each.localEndpoints.length];
  };
  expect(lengths({})).toEqual([1, 0]);
  expect(lengths({ internalTrafficPolicy: 'Local' })).toEqual([0, 1]);
  expect(lengths({ internalTrafficPolicy: 'Local', externalIPs: ['192.0.2.1'] })).toEqual([1, 1]);
  expect(lengths({ externalTrafficPolicy: 'Local', externalIPs: ['192.0.2.1'] })).toEqual([1, 1]);
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }];
  expect(lengths({ type: 'NodePort', externalTrafficPolicy: 'Local', ports })).toEqual([1, 1]);
  // Nothing external to be local about.
  expect(lengths({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' })).toEqual([1, 0]);
});
