import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const withNodePort = (nodePort: number) =>
  service({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort }] });

test.for([
  [30000, true],
  [32767, true],
  [29999, false],
  [32768, false],
] as const)('node port %s is in the default range: %s (V4)', ([nodePort, isInRange]) => {
  expect(findings([withNodePort(nodePort)])).toEqual(
    isInRange ? [] : ['error NATC2026 spec.ports[0].nodePort'],
  );
});

test('--service-node-port-range moves it', () => {
  const serviceNodePortRange = { first: 1, last: 65535 };
  expect(findings([withNodePort(80)], { serviceNodePortRange })).toEqual([]);
});

test('a range the wrong way round is the one mistake', () => {
  const serviceNodePortRange = { first: 5, last: 1 };
  expect(findings([withNodePort(30000)], { serviceNodePortRange })).toEqual([
    'error NATC2084 --service-node-port-range',
  ]);
});
