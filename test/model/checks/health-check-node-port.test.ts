import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const healthCheckNodePort = 31000;

test('a health-check port needs LoadBalancer and Local (V14)', () => {
  const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
  expect(findings([service({ ...local, healthCheckNodePort })])).toEqual([]);
  expect(findings([service(local)])).toEqual([]);
  const refused = ['error NATC2043 spec.healthCheckNodePort'];
  expect(findings([service({ type: 'LoadBalancer', healthCheckNodePort })])).toEqual(refused);
  expect(findings([service({ healthCheckNodePort })])).toEqual(refused);
});
