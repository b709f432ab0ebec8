import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const ports = [{ name: 'http', port: 80, nodePort: 30080 }];

test('a node port needs type NodePort or LoadBalancer (V7)', () => {
  expect(findings([service({ ports })])).toEqual(['error NATC2025 key:spec.ports[0].nodePort']);
  expect(findings([service({ ports, type: 'NodePort' })])).toEqual([]);
  expect(findings([service({ ports, type: 'LoadBalancer' })])).toEqual([]);
  expect(findings([service({ ports: [{ ...ports[0], nodePort: 0 }] })])).toEqual([]);
});
