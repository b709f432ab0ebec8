import { expect, test } from 'vitest';
import { formatCidr } from '../../src/net/cidr.ts';
import type { CompileOptions } from '../../src/options.ts';
import { ingress, node, onlyPort, planned, service } from '../support/cluster.ts';

const loadBalancer = (ranges: readonly string[], ...ips: readonly string[]) =>
  service(
    { type: 'LoadBalancer', loadBalancerSourceRanges: ranges },
    { status: ingress(...(ips.length === 0 ? ['203.0.113.9'] : ips)) },
  );

const rangesOf = (
  ranges: readonly string[],
  options: Partial<CompileOptions> = {},
  objects: readonly ReturnType<typeof node>[] = [],
): readonly string[] | undefined =>
  onlyPort([loadBalancer(ranges), ...objects], options).sourceRanges?.map(formatCidr);

test('R1 R2 ranges are trimmed, read leniently and cut to the network', () => {
  expect(rangesOf([' 198.051.100.77/24 '])).toEqual(['198.51.100.0/24']);
});

test('R3 R4 other families are dropped; none left means no firewall, which is told', () => {
  expect(rangesOf(['198.51.100.0/24', '2001:db8::/32'])).toEqual(['198.51.100.0/24']);
  expect(rangesOf(['2001:db8::/32'])).toBeUndefined();
  const { diagnostics } = planned([loadBalancer(['2001:db8::/32'])]);
  expect(diagnostics.map(({ code }) => code)).toContain('NATC3021');
});

test('R6 without a load-balancer IP of the family there is no firewall', () => {
  const objects = [loadBalancer(['198.51.100.0/24'], '2001:db8::1')];
  expect(onlyPort(objects).sourceRanges).toBeUndefined();
  expect(planned(objects).diagnostics.map(({ code }) => code)).not.toContain('NATC3021');
});

test('P10 a node inside the ranges lets the load-balancer IPs be sources too', () => {
  const ranges = ['192.168.0.0/24'];
  const both = ['192.168.0.0/24', '203.0.113.9/32'];
  expect(rangesOf(ranges, { nodeIPs: ['192.168.0.2'] })).toEqual(both);
  expect(rangesOf(ranges, { nodeIPs: ['192.168.1.2', '192.168.0.2'] })).toEqual(ranges);
  expect(rangesOf(ranges, { nodeIPs: ['2001:db8::1', '192.168.0.2'] })).toEqual(both);
  const n1 = node('n1', { addresses: ['192.168.0.2'] });
  expect(rangesOf(ranges, { nodeName: 'n1' }, [n1])).toEqual(both);
  expect(rangesOf(ranges, { nodeName: 'n1', nodeIPs: ['10.9.9.9'] }, [n1])).toEqual(ranges);
  expect(rangesOf(ranges, {}, [n1])).toEqual(ranges);
});

test('ranges that overlap are merged', () => {
  expect(rangesOf(['10.0.0.0/8', '10.1.0.0/16', '11.0.0.0/8'])).toEqual(['10.0.0.0/7']);
});
