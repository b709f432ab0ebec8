import { expect, test } from 'vitest';
import { healthCheckStatus } from '../../src/plan/health-check.ts';
import { at, planned, service, slice } from '../support/cluster.ts';

const spec = {
  type: 'LoadBalancer',
  externalTrafficPolicy: 'Local',
  healthCheckNodePort: 32000,
};
const local = (address: string, more: object = {}) => at(address, { nodeName: 'n1', ...more });
const checks = (changes: object, ...slices: readonly ReturnType<typeof slice>[]) =>
  planned([service({ ...spec, ...changes }), ...slices], { nodeName: 'n1' }).IPv4.healthChecks;

test('H1 only LoadBalancer Services with policy Local and a port have a health check', () => {
  expect(checks({})).toMatchObject([{ port: 32000, localEndpoints: 0 }]);
  expect(checks({ externalTrafficPolicy: 'Cluster' })).toEqual([]);
  expect(checks({ type: 'NodePort' })).toEqual([]);
  expect(checks({ healthCheckNodePort: 0 })).toEqual([]);
});

test('H2 counts distinct addresses of local ready endpoints over all ports', () => {
  const ports = ['http', 'unused'].map((name, i) => ({ name, port: 8080 + i, protocol: 'TCP' }));
  const terminating = { ready: true, serving: true, terminating: true };
  const [check] = checks(
    {},
    slice(
      [
        local('10.0.0.1'),
        local('10.0.0.2', { conditions: terminating }),
        local('10.0.0.3', { conditions: { ready: false, serving: true, terminating: true } }),
        at('10.0.0.4', { nodeName: 'n2' }),
      ],
      { ports },
    ),
  );
  expect(check?.localEndpoints).toBe(2);
});

test('H2 H4 the answer is 503 while local endpoints only drain', () => {
  const conditions = { ready: false, serving: true, terminating: true };
  const [draining] = checks({}, slice([local('10.0.0.1', { conditions })]));
  const [healthy] = checks({}, slice([local('10.0.0.1')]));
  expect([draining, healthy].map((check) => check && healthCheckStatus(check))).toEqual([503, 200]);
});
