import { expect, test } from 'vitest';
import { findings, modelOf, slice } from '../../support/findings.ts';

test('a slice without its label, or of names, is not used (E1, E2)', () => {
  expect(findings([slice()])).toEqual([]);
  expect(findings([slice({ metadata: { name: 'web-1', namespace: 'shop' } })])).toEqual([
    'warning NATC2052 metadata.labels',
  ]);
  const endpoints = [{ addresses: ['shop.example.com'] }];
  const names = slice({ addressType: 'FQDN', endpoints });
  expect(findings([names])).toEqual(['warning NATC2053 addressType']);
  expect(findings([names], { validate: 'warn' })).toEqual(['note NATC2053 addressType']);
});

test.each([
  'kubernetes.io/service',
  'kubernetes.io/servicename',
  'kubernetes.io/Service-Name',
  'k8s.io/service-name',
  'endpointslice.kubernetes.io/service-name',
  'service-name',
])('a slice with the label %s instead is told which one is meant', (label) => {
  const labelled = slice({
    metadata: { name: 'web-1', namespace: 'shop', labels: { [label]: 'web' } },
  });
  expect(modelOf([labelled]).diagnostics).toMatchObject([
    {
      code: 'NATC2052',
      hint: `did you mean kubernetes.io/service-name where it says ${label}?`,
      places: [{ path: ['metadata', 'labels', label], at: 'key' }],
    },
  ]);
});
