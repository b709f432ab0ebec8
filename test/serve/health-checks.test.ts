import { expect, test } from 'vitest';
import type { NodePortAddress } from '../../src/model/settings.ts';
import { parseCidr } from '../../src/net/cidr.ts';
import { healthCheckAnswer } from '../../src/serve/health-check-answer.ts';
import {
  type HealthChecks,
  healthCheckSockets,
  needsLocalAddresses,
  withPlan,
} from '../../src/serve/health-checks.ts';
import { at, planned, service, slice } from '../support/cluster.ts';

const balancer = (name: string, healthCheckNodePort: number, number: number) =>
  service(
    {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort,
      clusterIP: `172.30.0.${number}`,
    },
    { name },
  );
const local = (of: string, ...addresses: readonly string[]) =>
  slice(
    addresses.map((address) => at(address, { nodeName: 'n1' })),
    { of, name: `${of}-1` },
  );
const planOf = (
  objects: Parameters<typeof planned>[0],
  nodePortAddresses: readonly NodePortAddress[] = [{ kind: 'all' }],
) => planned(objects, { nodeName: 'n1', nodePortAddresses: nodePortAddresses.map(textOf) }).plan;
const textOf = (entry: NodePortAddress): string =>
  entry.kind === 'cidr' ? `${entry.cidr.address}/${entry.cidr.prefixLength}` : entry.kind;
const cidrs = (...texts: readonly string[]): readonly NodePortAddress[] =>
  texts.map((text) => ({ kind: 'cidr', cidr: parseCidr(text)! }));

/** `address:port namespace/name count` */
const shown = (checks: HealthChecks, localAddresses: readonly string[] = []) =>
  healthCheckSockets(checks, new Set(localAddresses)).map(
    ({ address, check }) =>
      `${address}:${check.port} ${check.namespace}/${check.service} ${check.localEndpoints}`,
  );

test('H1 on all addresses of the families of the Service', () => {
  const checks = withPlan(
    new Map(),
    planOf([balancer('web', 32000, 1), local('web', '10.0.0.1')]),
    'everything',
  );
  expect(shown(checks)).toEqual(['0.0.0.0:32000 default/web 1']);
  expect(needsLocalAddresses(checks)).toBe(false);
});

test('H1 on the node-port addresses that the node has', () => {
  const objects = [balancer('web', 32000, 1)];
  const checks = withPlan(
    new Map(),
    planOf(objects, cidrs('192.168.0.0/24', '127.0.0.0/8', 'fe80::/10')),
    'everything',
  );
  expect(needsLocalAddresses(checks)).toBe(true);
  expect(
    shown(checks, ['192.168.1.1', '192.168.0.7', '192.168.0.6', '127.0.0.1', '::1', 'fe80::1']),
  ).toEqual([
    '127.0.0.1:32000 default/web 0',
    '192.168.0.6:32000 default/web 0',
    '192.168.0.7:32000 default/web 0',
  ]);
});

test('without a health check the addresses of the node are of no interest', () => {
  const checks = withPlan(new Map(), planOf([], cidrs('192.168.0.0/24')), 'everything');
  expect(needsLocalAddresses(checks)).toBe(false);
});

test('a plan of some Services says nothing of the others', () => {
  const all = withPlan(
    new Map(),
    planOf([balancer('a', 32001, 1), balancer('b', 32002, 2), balancer('c', 32003, 3)]),
    'everything',
  );
  const some = withPlan(
    all,
    planOf([balancer('b', 32004, 2), local('b', '10.0.0.1')]),
    new Set(['default/b', 'default/c']),
  );
  expect(shown(some)).toEqual(['0.0.0.0:32001 default/a 0', '0.0.0.0:32004 default/b 1']);
  expect(shown(withPlan(some, planOf([balancer('b', 32004, 2)]), 'everything'))).toEqual([
    '0.0.0.0:32004 default/b 0',
  ]);
});

const check = planned([balancer('web', 32000, 1), local('web', '10.0.0.1', '10.0.0.2')], {
  nodeName: 'n1',
}).IPv4.healthChecks[0]!;

test("H2 kube-proxy's answer to the byte", () => {
  expect(healthCheckAnswer(check, true)).toEqual({
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'X-Content-Type-Options': 'nosniff',
      'X-Load-Balancing-Endpoint-Weight': '2',
    },
    body: '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "web"\n\t},\n\t"localEndpoints": 2,\n\t"serviceProxyHealthy": true\n}',
  });
});

test('H2 503 without endpoints, and while the proxy is not healthy', () => {
  expect(healthCheckAnswer({ ...check, localEndpoints: 0 }, true)).toMatchObject({
    status: 503,
    headers: { 'X-Load-Balancing-Endpoint-Weight': '0' },
  });
  const unhealthy = healthCheckAnswer(check, false);
  expect(unhealthy.status).toBe(503);
  expect(JSON.parse(unhealthy.body)).toMatchObject({
    localEndpoints: 2,
    serviceProxyHealthy: false,
  });
});
