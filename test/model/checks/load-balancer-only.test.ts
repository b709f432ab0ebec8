import { expect, test } from 'vitest';
import { findings, service } from '../../support/findings.ts';

const loadBalancerSourceRanges = ['203.0.113.0/24'];
const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } };

test('source ranges and ingress addresses need type LoadBalancer (V10)', () => {
  const type = 'LoadBalancer';
  expect(findings([service({ type, loadBalancerSourceRanges }, { status })])).toEqual([]);
  expect(findings([service({ loadBalancerSourceRanges }, { status })])).toEqual([
    'error NATC2042 key:spec.loadBalancerSourceRanges',
    'error NATC2042 key:status.loadBalancer.ingress',
  ]);
  expect(findings([service({ allocateLoadBalancerNodePorts: false })])).toEqual([
    'error NATC2042 key:spec.allocateLoadBalancerNodePorts',
  ]);
});

test('an empty list is none', () => {
  expect(findings([service({ loadBalancerSourceRanges: [] }, { status: {} })])).toEqual([]);
});
