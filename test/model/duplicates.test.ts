import { expect, test } from 'vitest';
import { findings, modelOf, service, slice } from '../support/findings.ts';

const a = service({ clusterIP: '172.30.0.11' });
const b = service({ clusterIP: '172.30.0.12' });

test('an object may be given once, of each kind and namespace', () => {
  expect(findings([a, b])).toEqual(['error NATC2007 metadata.name metadata.name']);
  expect(findings([a, a])).toEqual(['note NATC2130 metadata.name']);
  const elsewhere = service(
    { clusterIP: '172.30.0.12' },
    { metadata: { name: 'web', namespace: 'other' } },
  );
  expect(findings([a, elsewhere])).toEqual([]);
  expect(findings([slice(), slice({ endpoints: [] }), slice({ ports: [] })])).toHaveLength(2);
});

test('which one is kept does not depend on the order, nor on that of the keys', () => {
  const kept = (...objects: readonly object[]) =>
    modelOf(objects, { validate: 'warn' }).cluster.services.map(({ clusterIPs }) => clusterIPs);
  expect(kept(a, b)).toEqual([['172.30.0.11']]);
  expect(kept(b, a)).toEqual([['172.30.0.11']]);
  const reversed = Object.fromEntries(Object.entries(a).reverse());
  expect(kept(b, reversed)).toEqual([['172.30.0.11']]);
});

test('the same one is kept however strictly the objects are judged', () => {
  // One refused field each; with --validate warn more is said of the policy.
  const policy = service({ clusterIP: '172.30.0.11', externalTrafficPolicy: true });
  const affinity = service({ clusterIP: '172.30.0.12', sessionAffinity: true });
  const kept = (validate: 'strict' | 'warn') =>
    modelOf([policy, affinity], { validate }).cluster.services.map(({ clusterIPs }) => clusterIPs);
  expect(kept('strict')).toEqual([['172.30.0.11']]);
  expect(kept('warn')).toEqual([['172.30.0.11']]);
});

const told = (...objects: readonly object[]) =>
  modelOf(objects).diagnostics.filter(({ code }) => /NATC2007|NATC2130/.test(code));

test('an object that is given again without a difference is a note, also beside one that differs', () => {
  const copy = { ...a, metadata: { name: 'web', namespace: 'shop' } };
  expect(told(a, copy)).toMatchObject([
    { severity: 'note', message: expect.stringMatching(/^Service shop\/web is given again/) },
  ]);
  expect(told(a, b, copy).map(({ code }) => code)).toEqual(['NATC2007', 'NATC2130']);
});

test('the hint says where several of an object may come from', () => {
  const printed = (resourceVersion: string, clusterIP: string, uid = 'u1') =>
    service({ clusterIP }, { metadata: { name: 'web', namespace: 'shop', uid, resourceVersion } });
  const hintOf = (...objects: readonly object[]) => told(...objects)[0]?.hint;
  expect(hintOf(printed('1', '172.30.0.11'), printed('2', '172.30.0.12'))).toContain('--watch');
  expect(hintOf(printed('1', '172.30.0.11'), printed('1', '172.30.0.12', 'u2'))).toContain(
    'several clusters',
  );
  expect(hintOf(printed('1', '172.30.0.11'), b)).toContain('what a cluster holds');
  expect(hintOf(a, b)).toBe('remove or rename one of them');
});
