import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const both = { clusterIPs: ['172.30.0.10', 'fd00:172:30::10'] };

test.for([
  { ipFamilies: ['IPv4'] },
  { ...both, ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' },
  { ...both, ipFamilies: ['IPv4'] },
  { ...both, ipFamilyPolicy: 'PreferDualStack' },
  { ipFamilies: ['IPv4', 'IPv6'] },
])('%j is accepted', (spec) => {
  expect(findings([service(spec)])).toEqual([]);
});

test.for([
  [{ ipFamilies: ['IPv6'] }, 'NATC2031 spec.ipFamilies[0]'],
  [{ ...both, ipFamilies: ['IPv6', 'IPv4'] }, 'NATC2031 spec.ipFamilies[0]'],
  [{ ipFamilies: ['IPv4', 'IPv4'] }, 'NATC2031 spec.ipFamilies[1]'],
  [{ ipFamilies: ['IPv4', 'IPv6', 'IPv4'] }, 'NATC2031 spec.ipFamilies[2]'],
  [{ ...both, ipFamilyPolicy: 'SingleStack' }, 'NATC2031 spec.clusterIPs[1] spec.ipFamilyPolicy'],
  [{ ipFamilies: ['ipv4'] }, 'NATC2004 spec.ipFamilies[0]'],
  [{ ipFamilyPolicy: 'DualStack' }, 'NATC2004 spec.ipFamilyPolicy'],
] as const)('%j is refused: %s (V16)', ([spec, finding]) => {
  expect(findings([service(spec)])).toEqual([`error ${finding}`]);
});
