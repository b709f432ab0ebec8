import { expect, test } from 'vitest';
import { findings, slice } from '../../support/findings.ts';

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
