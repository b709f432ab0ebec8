import { expect, test } from 'vitest';
import { concernedServices, onlyServices } from '../../../src/diff/nodes/concerned-services.ts';
import type { Cluster } from '../../../src/model/cluster.ts';
import { buildModel } from '../../../src/model/model.ts';
import { defaultOptions } from '../../../src/options.ts';
import { objectOf } from '../../support/objects.ts';

interface Shape {
  readonly name: string;
  readonly spec?: object;
  readonly port?: number;
  readonly endpoints?: readonly string[];
  readonly target?: number;
}

function clusterOf(shapes: readonly Shape[]): Cluster {
  const objects = shapes.flatMap(({ name, spec, port = 80, endpoints = [], target = 8080 }, i) => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'shop' },
      spec: { clusterIP: `172.30.0.${i + 10}`, ports: [{ port }], ...spec },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ port: target }],
      endpoints: endpoints.map((address) => ({ addresses: [address] })),
    },
  ]);
  const { cluster } = buildModel(
    objects.map((object) => objectOf(object)),
    { ...defaultOptions, validate: 'warn' },
  );
  return cluster;
}

const changed: Shape = { name: 'changed', endpoints: ['10.1.0.1'] };
const bystander: Shape = { name: 'bystander', endpoints: ['10.1.0.9'] };

function concernedBy(change: Partial<Shape>, ...others: readonly Shape[]): readonly string[] {
  const before = clusterOf([changed, bystander, ...others]);
  const after = clusterOf([{ ...changed, ...change }, bystander, ...others]);
  return [...concernedServices(before, after)].sort();
}

test('a Service that is the same on both sides is not concerned', () => {
  expect(concernedBy({})).toEqual([]);
  expect(concernedBy({ endpoints: ['10.1.0.2'] })).toEqual(['shop/changed']);
  expect(concernedBy({ spec: { externalIPs: ['198.51.100.1'] } })).toEqual(['shop/changed']);
});

test('a Service of one side is', () => {
  const [before, after] = [clusterOf([bystander]), clusterOf([bystander, changed])];
  expect([...concernedServices(before, after)]).toEqual(['shop/changed']);
  expect([...concernedServices(after, before)]).toEqual(['shop/changed']);
});

test.each<[string, Partial<Shape>, Shape]>([
  ['an endpoint', { endpoints: ['10.1.0.3'] }, { name: 'other', endpoints: ['10.1.0.3'] }],
  [
    'an address',
    { spec: { externalIPs: ['198.51.100.1'] } },
    { name: 'other', spec: { externalIPs: ['198.51.100.1'] } },
  ],
  ['an endpoint that is an address', { endpoints: ['172.30.0.12'] }, { name: 'other' }],
  [
    'an address that it had',
    { endpoints: [] },
    { name: 'other', spec: { externalIPs: ['10.1.0.1'] } },
  ],
  [
    'a node port that is a port of its own',
    { port: 30080 },
    { name: 'other', spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } },
  ],
  [
    'a node port that endpoints listen on',
    { target: 30080 },
    { name: 'other', spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } },
  ],
  [
    'session affinity',
    { spec: { sessionAffinity: 'ClientIP' } },
    { name: 'other', spec: { sessionAffinity: 'ClientIP' } },
  ],
])('Services meet through %s', (_, change, other) => {
  expect(concernedBy(change, other)).toEqual(['shop/changed', 'shop/other']);
});

test('one that is met brings those that it meets', () => {
  const middle = { name: 'middle', endpoints: ['10.1.0.3', '10.1.0.4'] };
  const far = { name: 'far', endpoints: ['10.1.0.4'] };
  expect(concernedBy({ endpoints: ['10.1.0.3'] }, far, middle)).toEqual([
    'shop/changed',
    'shop/far',
    'shop/middle',
  ]);
});

test('where objects stand in the input is no difference', () => {
  const before = clusterOf([changed, bystander]);
  const after: Cluster = {
    ...clusterOf([changed, bystander]),
    services: [...before.services].reverse(),
  };
  expect([...concernedServices(before, after)]).toEqual([]);
});

test('the cluster that is left has the Services with their endpoints', () => {
  const { services, endpointSlices } = onlyServices(
    clusterOf([changed, bystander]),
    new Set(['shop/bystander']),
  );
  expect(services.map(({ name }) => name)).toEqual(['bystander']);
  expect(endpointSlices.map(({ name }) => name)).toEqual(['bystander']);
});
