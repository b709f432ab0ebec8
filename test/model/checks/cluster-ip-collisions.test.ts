import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const named = (name: string, spec: object = {}) =>
  service(spec, { metadata: { name, namespace: 'shop' } });

test('two Services cannot have the same cluster IP', () => {
  expect(findings([named('a'), named('b')])).toEqual([
    'error NATC2032 spec.clusterIP spec.clusterIP',
  ]);
  const spec = { clusterIPs: ['172.30.0.10', 'fd00::10'], ipFamilyPolicy: 'RequireDualStack' };
  const other = { clusterIP: 'fd00::10' };
  expect(findings([named('a', spec), named('b', other)])).toEqual([
    'error NATC2032 spec.clusterIP spec.clusterIPs[1]',
  ]);
});

test('headless Services share None', () => {
  const notes = findings([named('a', { clusterIP: 'None' }), named('b', { clusterIP: 'None' })]);
  expect(notes.filter((note) => note.includes('NATC2032'))).toEqual([]);
});
