import { expect, test } from 'vitest';
import type { CompileOptions } from '../../src/options.ts';
import { node, type Planned, planned, ready, service, slice } from '../support/cluster.ts';

const dualStack = service({
  clusterIPs: ['172.30.0.41', 'fd00::1'],
  ipFamilies: ['IPv4', 'IPv6'],
});
const objects = [
  dualStack,
  slice(ready('10.0.0.1')),
  slice(ready('fd00::2'), { name: 'web-6', addressType: 'IPv6' }),
];

const detect = (options: Partial<CompileOptions>, more: readonly object[] = []): Planned =>
  planned([...objects, ...(more as typeof objects)], options);

const cidr = (family: 'IPv4' | 'IPv6', address: string, prefixLength: number) => ({
  kind: 'source-cidr',
  cidr: { family, address, prefixLength },
});

test('M10 ClusterCIDR takes the first CIDR of each family', () => {
  const { IPv4, IPv6 } = detect({
    clusterCIDRs: ['10.0.0.0/8', '10.244.0.0/16', 'fd00:10::/64'],
  });
  expect(IPv4.localDetector).toEqual(cidr('IPv4', '10.0.0.0', 8));
  expect(IPv6.localDetector).toEqual(cidr('IPv6', 'fd00:10::', 64));
});

test('M10 a family without CIDR has no detector; a warning only where the other has one', () => {
  const none = detect({});
  expect([none.IPv4.localDetector, none.IPv6.localDetector]).toEqual([undefined, undefined]);
  expect(none.diagnostics).toEqual([]);
  const one = detect({ clusterCIDRs: ['10.0.0.0/8'] });
  expect(one.IPv6.localDetector).toBeUndefined();
  expect(one.diagnostics.map(({ code }) => code)).toEqual(['NATC3016']);
});

test('M12 NodeCIDR takes the Node object, or --pod-cidr before it', () => {
  const n1 = node('n1', { podCIDRs: ['10.1.0.0/24', 'fd00:1::/64'] });
  const options = { detectLocalMode: 'NodeCIDR', nodeName: 'n1' } as const;
  const fromNode = detect(options, [n1]);
  expect(fromNode.IPv4.localDetector).toEqual(cidr('IPv4', '10.1.0.0', 24));
  expect(fromNode.IPv6.localDetector).toEqual(cidr('IPv6', 'fd00:1::', 64));
  const fromFlag = detect({ ...options, podCIDRs: ['10.2.0.0/24'] }, [n1]);
  expect(fromFlag.IPv4.localDetector).toEqual(cidr('IPv4', '10.2.0.0', 24));
  expect(fromFlag.IPv6.localDetector).toBeUndefined();
});

test('NodeCIDR without any pod CIDR is told', () => {
  const { diagnostics } = detect({ detectLocalMode: 'NodeCIDR' });
  expect(diagnostics.map(({ code }) => code)).toEqual(['NATC3016', 'NATC3016']);
});

test('M11 the interface modes serve both families', () => {
  const bridge = detect({ detectLocalMode: 'BridgeInterface', podBridgeInterface: 'cbr0' });
  expect(bridge.IPv4.localDetector).toEqual({ kind: 'interface', name: 'cbr0' });
  expect(bridge.IPv6.localDetector).toEqual({ kind: 'interface', name: 'cbr0' });
  const prefix = detect({ detectLocalMode: 'InterfaceNamePrefix', podInterfaceNamePrefix: 'veth' });
  expect(prefix.IPv4.localDetector).toEqual({ kind: 'interface-prefix', prefix: 'veth' });
});

test('M1 masquerade settings are carried; bit 31 stays positive', () => {
  const { IPv4 } = detect({ masqueradeAll: true, masqueradeBit: 31 });
  expect([IPv4.masqueradeAll, IPv4.masqueradeMark]).toEqual([true, 0x80000000]);
  expect(detect({}).IPv6.masqueradeMark).toBe(0x4000);
});
