import { expect, test } from 'vitest';
import { summarise } from '../../src/plan/summary.ts';
import { at, ingress, planned, ready, service, slice } from '../support/cluster.ts';

const rows = (objects: Parameters<typeof planned>[0], options = {}) =>
  summarise(planned(objects, options).plan);

test('a row per ServicePort, both families in one', () => {
  const [row, ...others] = rows(
    [
      service(
        {
          type: 'LoadBalancer',
          clusterIPs: ['172.30.0.41', 'fd00::1'],
          ipFamilies: ['IPv4', 'IPv6'],
          externalTrafficPolicy: 'Local',
          healthCheckNodePort: 32000,
          sessionAffinity: 'ClientIP',
          ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }],
        },
        { status: ingress('203.0.113.9') },
      ),
      slice([at('10.0.0.1', { nodeName: 'n1' }), at('10.0.0.2', { conditions: { ready: false } })]),
    ],
    { nodeName: 'n1' },
  );
  expect(others).toEqual([]);
  expect(row).toEqual({
    namespace: 'default',
    service: 'web',
    portName: 'http',
    type: 'LoadBalancer',
    served: {
      protocol: 'TCP',
      port: 80,
      addresses: ['172.30.0.41', '203.0.113.9', 'fd00::1'],
      nodePort: 30080,
      externalTrafficPolicy: 'Local',
      internalTrafficPolicy: 'Cluster',
      endpoints: [
        { family: 'IPv4', total: 2, ready: 1, localReady: 1 },
        { family: 'IPv6', total: 0, ready: 0, localReady: 0 },
      ],
    },
    notes: [
      'ClientIP affinity 10800s',
      'IPv4: health check on 32000: 200 by apply --follow',
      'IPv6: no usable endpoints: refused',
      'IPv6: health check on 32000: 503 by apply --follow',
    ],
  });
});

test('what holds in both families is noted once', () => {
  const families = { clusterIPs: ['172.30.0.41', 'fd00::1'], ipFamilies: ['IPv4', 'IPv6'] };
  expect(rows([service(families)])[0]?.notes).toEqual(['no usable endpoints: refused']);
});

test('Services that are not served have a row that says why, in the order of names', () => {
  const found = rows([
    service({ clusterIP: 'None' }, { name: 'b' }),
    service({}, { name: 'c' }),
    service({ type: 'ExternalName', clusterIP: undefined }, { name: 'a' }),
  ]);
  expect(found.map(({ service: name, served, notes }) => [name, served?.port, notes])).toEqual([
    ['a', undefined, ['ExternalName']],
    ['b', undefined, ['headless']],
    ['c', 80, ['no usable endpoints: refused']],
  ]);
});

test.each([
  ['cluster IP dropped', { internalTrafficPolicy: 'Local' }],
  ['dropped from outside', { externalTrafficPolicy: 'Local', externalIPs: ['192.0.2.1'] }],
])('a missing local endpoint is noted: %s', (note, spec) => {
  const [row] = rows([service(spec), slice(ready('10.0.0.1'))], { nodeName: 'n1' });
  expect(row?.notes).toEqual([`no local endpoints: ${note}`]);
});

test('endpoints that only drain are noted', () => {
  const conditions = { ready: false, serving: true, terminating: true };
  const [row] = rows([service(), slice([at('10.0.0.1', { conditions })])]);
  expect(row?.notes).toEqual(['only terminating endpoints']);
});

test('a Service whose addresses are all taken by another is noted (P6)', () => {
  const spec = { clusterIP: '172.30.0.41', ports: [{ port: 80 }] };
  const found = rows([service(spec), service(spec, { name: 'zebra' })], {
    validate: 'warn',
  });
  expect(found.map(({ service: name, notes }) => [name, notes])).toEqual([
    ['web', ['no usable endpoints: refused']],
    ['zebra', ["172.30.0.41:80/TCP is default/web's"]],
  ]);
});
