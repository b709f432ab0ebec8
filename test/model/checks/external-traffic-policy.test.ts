import { expect, test } from 'vitest';
import { errors, findings, service } from '../../support/findings.ts';

const externalTrafficPolicy = 'Local';

test.for([{ type: 'NodePort' }, { type: 'LoadBalancer' }, { externalIPs: ['192.168.99.22'] }])(
  'an external policy fits %j (V11)',
  (spec) => {
    expect(errors([service({ ...spec, externalTrafficPolicy })])).toEqual([]);
  },
);

test.for(['Local', 'Cluster'])('%s has no place on a plain ClusterIP Service', (policy) => {
  expect(findings([service({ externalTrafficPolicy: policy })])).toEqual([
    'error NATC2040 key:spec.externalTrafficPolicy',
  ]);
});

test('policies are spelled exactly (V11, V12)', () => {
  const spec = { type: 'NodePort', externalTrafficPolicy: 'local', internalTrafficPolicy: 'LOCAL' };
  expect(findings([service(spec)])).toEqual([
    'error NATC2004 spec.externalTrafficPolicy',
    'error NATC2004 spec.internalTrafficPolicy',
  ]);
});
