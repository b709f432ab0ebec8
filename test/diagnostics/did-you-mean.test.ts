import { expect, test } from 'vitest';
import { didYouMean } from '../../src/diagnostics/did-you-mean.ts';

const fields = ['port', 'ports', 'nodePort', 'targetPort', 'clusterIP', 'clusterIPs', 'type'];

test.for([
  ['nodeport', 'nodePort'],
  ['clusterip', 'clusterIP'],
  ['clusterIps', 'clusterIPs'],
  ['nodePrt', 'nodePort'],
  ['noedPort', 'nodePort'],
  ['tragetPort', 'targetPort'],
  ['typ', 'type'],
  ['prot', 'port'],
  ['port', undefined],
  ['name', undefined],
  ['appProtocol', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
] as const)('%s: %s', ([word, candidate]) => {
  expect(didYouMean(word, fields)).toBe(candidate);
});
