import { expect, test } from 'vitest';
import { findings, modelOf, service, slice } from '../support/findings.ts';

const a = service({ clusterIP: '172.30.0.11' });
const b = service({ clusterIP: '172.30.0.12' });

test('an object may be given once, of each kind and namespace', () => {
  expect(findings([a, b])).toEqual(['error NATC2007 metadata.name metadata.name']);
  expect(findings([a, a])).toEqual(['error NATC2007 metadata.name metadata.name']);
  const elsewhere = service(
    { clusterIP: '172.30.0.12' },
    { metadata: { name: 'web', namespace: 'other' } },
  );
  expect(findings([a, elsewhere])).toEqual([]);
  expect(findings([slice(), slice(), slice()])).toHaveLength(2);
});

test('which one is kept does not depend on the order, nor on that of the keys', () => {
  const kept = (...objects: readonly object[]) =>
    modelOf(objects, { validate: 'warn' }).cluster.services.map(({ clusterIPs }) => clusterIPs);
  expect(kept(a, b)).toEqual([['172.30.0.11']]);
  expect(kept(b, a)).toEqual([['172.30.0.11']]);
  const reversed = Object.fromEntries(Object.entries(a).reverse());
  expect(kept(b, reversed)).toEqual([['172.30.0.11']]);
});
