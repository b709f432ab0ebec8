import { expect, test } from 'vitest';
import { mapsToFill } from '../../src/nftables/affinity-sources.ts';
import { type CanonicalRuleset, canonicalRuleset } from '../../src/nftables/canonical/canonical.ts';
import { deltaBetween, replaceTable } from '../../src/nftables/delta.ts';
import { buildNftables } from '../../src/nftables/layout/build.ts';
import type { ServicePortPlan } from '../../src/plan/plan.ts';
import * as plans from '../support/plan.ts';

const [first, second] = [plans.endpoint('10.1.0.6'), plans.endpoint('10.1.0.7')];

const port = (name: string, number: number, more: Partial<ServicePortPlan> = {}) =>
  plans.servicePort({
    ...{ service: 'web', portName: name, port: number, affinityTimeout: 600 },
    frontends: [plans.clusterIP('10.96.0.10', plans.pickCluster, number)],
    ...{ clusterEndpoints: [first, second], localEndpoints: [first] },
    ...more,
  });
const local = (name: string, number: number, more: Partial<ServicePortPlan> = {}) =>
  port(name, number, {
    frontends: [plans.clusterIP('10.96.0.10', plans.pickLocal, number)],
    ...more,
  });
/** Cluster IP from the cluster list, node port from both. */
const mixed = (more: Partial<ServicePortPlan> = {}) =>
  port('http', 80, {
    frontends: [
      plans.clusterIP('10.96.0.10', plans.pickCluster, 80),
      plans.nodePort(30_080, { kind: 'external-local' }),
    ],
    ...more,
  });

const ruleset = (...servicePorts: readonly ServicePortPlan[]): CanonicalRuleset =>
  canonicalRuleset(buildNftables(plans.planOf(plans.familyPlan({ servicePorts }))));

const filled = (previous: CanonicalRuleset, next: CanonicalRuleset) => {
  const { operations, cleanup } = deltaBetween(previous, next);
  const maps = mapsToFill(previous, next, [...operations, ...cleanup]);
  return Object.fromEntries(maps.map(({ map, sources }) => [map.name, sources]));
};

test('a map of the other list is a source (A13)', () => {
  expect(filled(ruleset(port('http', 80)), ruleset(local('http', 80)))).toEqual({
    'clients-local/shop/web/tcp/http/8080': ['clients/shop/web/tcp/http/8080'],
  });
  expect(filled(ruleset(local('http', 80)), ruleset(port('http', 80)))).toEqual({
    'clients/shop/web/tcp/http/8080': ['clients-local/shop/web/tcp/http/8080'],
  });
});

test('so is one of the same port number and another name, its own list first (A13)', () => {
  const next = ruleset(port('www', 80));
  expect(filled(ruleset(mixed()), next)).toEqual({
    'clients/shop/web/tcp/www/8080': [
      'clients/shop/web/tcp/http/8080',
      'clients-local/shop/web/tcp/http/8080',
    ],
  });
  expect(filled(ruleset(port('', 80)), next)).toEqual({
    'clients/shop/web/tcp/www/8080': ['clients/shop/web/tcp//8080'],
  });
});

test.each([
  ['a port of another number', port('www', 81)],
  ['a port of another protocol', port('www', 80, { protocol: 'UDP' })],
  ['a port of another Service', port('http', 80, { service: 'other' })],
  [
    'another target port',
    port('http', 80, { clusterEndpoints: [plans.endpoint('10.1.0.6', 9090)] }),
  ],
])('not so one of %s', (_, after) => {
  expect(Object.values(filled(ruleset(port('http', 80)), ruleset(after))).flat()).toEqual([]);
});

test('ports that change their names with each other are known by name', () => {
  const before = ruleset(port('a', 80), port('b', 81, { clusterEndpoints: [second] }));
  const after = ruleset(port('b', 80, { clusterEndpoints: [second] }), port('a', 81));
  expect(filled(before, after)).toEqual({});
});

test('a map that stays is looked at where its list changes, or the other map goes', () => {
  const sources = ['clients/shop/web/tcp/http/8080', 'clients-local/shop/web/tcp/http/8080'];
  expect(filled(ruleset(mixed()), ruleset(mixed({ clusterEndpoints: [first] })))).toEqual({
    'clients/shop/web/tcp/http/8080': sources,
  });
  expect(filled(ruleset(mixed()), ruleset(port('http', 80)))).toEqual({
    'clients/shop/web/tcp/http/8080': sources,
  });
  expect(filled(ruleset(mixed()), ruleset(mixed(), port('x', 99, { service: 'x' })))).toEqual({});
});

test('a map without another one is looked at where it is made anew only', () => {
  const previous = ruleset(port('http', 80));
  expect(filled(previous, ruleset(port('http', 80, { clusterEndpoints: [first] })))).toEqual({});
  const next = ruleset(port('http', 80, { affinityTimeout: 60 }));
  expect(filled(previous, next)).toEqual({
    'clients/shop/web/tcp/http/8080': ['clients/shop/web/tcp/http/8080'],
  });
});

test('where it is not known what the kernel holds, both lists of the ServicePort are asked', () => {
  const next = ruleset(port('http', 80));
  const maps = mapsToFill(undefined, next, next.tables.flatMap(replaceTable));
  expect(maps.map(({ sources }) => sources)).toEqual([
    ['clients/shop/web/tcp/http/8080', 'clients-local/shop/web/tcp/http/8080'],
  ]);
});
