import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

test('a Service without cluster IP is warned of (S1)', () => {
  const message = ['warning NATC2033 metadata.name'];
  expect(findings([service({ clusterIP: undefined })])).toEqual(message);
  expect(findings([service({ clusterIP: '', type: 'LoadBalancer' })])).toEqual(message);
});

test('a cluster IP that is no address has its own report only', () => {
  expect(findings([service({ clusterIP: '172.30.0.300' })])).toEqual([
    'error NATC2010 spec.clusterIP',
  ]);
});

test('headless and ExternalName Services are noted (S1, S2)', () => {
  expect(findings([service({ clusterIP: 'None' })])).toEqual(['note NATC2035 spec.clusterIP']);
  expect(
    findings([
      service({
        type: 'ExternalName',
        externalName: 'a.b',
        clusterIP: undefined,
        ports: undefined,
      }),
    ]),
  ).toEqual(['note NATC2034 spec.type']);
});
