import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const dns = (protocol: string, nodePort?: number) => ({
  name: `dns-${protocol.toLowerCase()}`,
  port: 53,
  protocol,
  nodePort,
});

test('a port number may be given once per protocol (V6)', () => {
  expect(findings([service({ ports: [dns('TCP'), dns('UDP'), dns('SCTP')] })])).toEqual([]);
  expect(findings([service({ ports: [dns('UDP'), { ...dns('UDP'), name: 'again' }] })])).toEqual([
    'error NATC2023 spec.ports[1].port spec.ports[0].port',
  ]);
});

test('so may a node port', () => {
  const type = 'NodePort';
  expect(findings([service({ type, ports: [dns('TCP', 30053), dns('UDP', 30053)] })])).toEqual([]);
  expect(
    findings([
      service({ type, ports: [dns('TCP', 30053), { ...dns('TCP', 30053), name: 'b', port: 54 }] }),
    ]),
  ).toEqual(['error NATC2023 spec.ports[1].nodePort spec.ports[0].nodePort']);
});
