import { expect, test } from 'vitest';
import { errors, findings, service } from '../../support/findings.ts';

const addresses = ['172.30.0.10', 'fd00:172:30::10'];
const both = { clusterIPs: addresses, ipFamilyPolicy: 'RequireDualStack' };

test.for([
  { ipFamilies: ['IPv4'] },
  { ...both, ipFamilies: ['IPv4', 'IPv6'] },
  { ...both, ipFamilies: ['IPv4'] },
  { ...both, ipFamilyPolicy: 'PreferDualStack' },
  { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' },
])('%j is accepted', (spec) => {
  expect(findings([service(spec)])).toEqual([]);
});

test.for([
  [{ ipFamilies: ['IPv6'] }, 'NATC2031 spec.ipFamilies[0]'],
  [{ ...both, ipFamilies: ['IPv6', 'IPv4'] }, 'NATC2031 spec.ipFamilies[0]'],
  [{ ipFamilies: ['IPv4', 'IPv4'] }, 'NATC2031 spec.ipFamilies[1]'],
  [{ ipFamilies: ['IPv4', 'IPv6', 'IPv4'] }, 'NATC2031 spec.ipFamilies[2]'],
  [{ ipFamilies: ['IPv4', 'IPv6'] }, 'NATC2031 spec.ipFamilies[1]'],
  [{ clusterIPs: addresses }, 'NATC2031 spec.clusterIPs[1]'],
  [{ ipFamilyPolicy: '' }, 'NATC2004 spec.ipFamilyPolicy'],
  [{ ...both, ipFamilyPolicy: 'SingleStack' }, 'NATC2031 spec.clusterIPs[1] spec.ipFamilyPolicy'],
  [{ ipFamilies: ['ipv4'] }, 'NATC2004 spec.ipFamilies[0]'],
  [{ ipFamilyPolicy: 'DualStack' }, 'NATC2004 spec.ipFamilyPolicy'],
] as const)('%j is refused: %s (V16)', ([spec, finding]) => {
  expect(findings([service(spec)])).toEqual([`error ${finding}`]);
});

test('a headless Service without selector has endpoints of both families by default', () => {
  const spec = { clusterIP: 'None', ipFamilies: ['IPv4', 'IPv6'] };
  expect(errors([service(spec)])).toEqual([]);
  expect(errors([service({ ...spec, selector: { app: 'web' } })])).toEqual([
    'error NATC2031 spec.ipFamilies[1]',
  ]);
});

test('an ExternalName has neither families nor a policy', () => {
  const spec = { type: 'ExternalName', externalName: 'a.example', clusterIP: undefined };
  expect(
    errors([service({ ...spec, ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' })]),
  ).toEqual(['error NATC2031 key:spec.ipFamilies', 'error NATC2031 key:spec.ipFamilyPolicy']);
});
