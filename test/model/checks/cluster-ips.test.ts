import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const refused = (spec: object) =>
  findings([service(spec)]).filter((finding) => finding.startsWith('error'));

const both = ['172.30.0.10', 'fd00:172:30::10'];

test.for([
  { clusterIPs: ['172.30.0.10'] },
  { clusterIPs: both, ipFamilyPolicy: 'RequireDualStack' },
  { clusterIP: 'None', clusterIPs: ['None'] },
])('%j is accepted', (spec) => {
  expect(refused(spec)).toEqual([]);
});

test.for([
  [{ clusterIPs: ['172.30.0.11'] }, 'spec.clusterIPs[0] spec.clusterIP'],
  [{ clusterIP: undefined, clusterIPs: ['172.30.0.10'] }, 'spec.clusterIPs[0]'],
  [{ clusterIPs: ['172.30.0.10', '172.30.0.11'] }, 'spec.clusterIPs[1]'],
  [{ clusterIPs: [...both, '172.30.0.11'] }, 'spec.clusterIPs[2]'],
  [{ clusterIPs: ['172.30.0.10', 'None'] }, 'spec.clusterIPs'],
  [{ clusterIP: 'None', type: 'NodePort' }, 'spec.clusterIP'],
  [{ clusterIP: 'None', type: 'LoadBalancer' }, 'spec.clusterIP'],
  [{ type: 'ExternalName', externalName: 'a.example' }, 'key:spec.clusterIP'],
  [{ clusterIP: 'fd00::10', clusterIPs: ['FD00::10'] }, 'spec.clusterIPs[0] spec.clusterIP'],
] as const)('%j is refused at %s (V15)', ([spec, place]) => {
  expect(refused(spec)).toEqual([`error NATC2030 ${place}`]);
});
