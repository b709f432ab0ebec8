import { expect, test } from 'vitest';
import { findings, modelOf } from '../support/findings.ts';

const node = (rest: object) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-a', labels: { 'topology.kubernetes.io/zone': 'zone-a' } },
  ...rest,
});

const read = (rest: object) => modelOf([node(rest)]).cluster.nodes[0]!;

test('addresses are IP addresses only, internal ones first (N3)', () => {
  const addresses = [
    { type: 'ExternalIP', address: '203.0.113.9' },
    { type: 'Hostname', address: 'node-a' },
    { type: 'InternalIP', address: '192.168.0.2' },
    { type: 'InternalIP', address: '2001:DB8::1' },
  ];
  expect(read({ status: { addresses } })).toMatchObject({
    name: 'node-a',
    zone: 'zone-a',
    addresses: ['192.168.0.2', '2001:db8::1', '203.0.113.9'],
  });
});

test('podCIDRs, or podCIDR where only that is given (M12)', () => {
  const podCIDRs = ['10.180.0.0/24', 'fd00:10:180::/64'];
  expect(read({ spec: { podCIDR: podCIDRs[0], podCIDRs } }).podCIDRs).toEqual(podCIDRs);
  expect(read({ spec: { podCIDR: podCIDRs[0] } }).podCIDRs).toEqual([podCIDRs[0]]);
  expect(read({}).podCIDRs).toEqual([]);
});

test('podCIDR counts where podCIDRs begins with another (M12)', () => {
  const spec = { podCIDR: '10.180.0.0/24', podCIDRs: ['10.180.1.0/24', 'what an old client left'] };
  expect(read({ spec }).podCIDRs).toEqual(['10.180.0.0/24']);
  expect(findings([node({ spec })])).toEqual([]);
});

test('addresses that are none are told of, bad pod networks refused', () => {
  const addresses = [{ type: 'InternalIP', address: 'node-a' }];
  const rest = { status: { addresses }, spec: { podCIDR: '10.180.0.0' } };
  expect(findings([node(rest)])).toEqual([
    'warning NATC2117 status.addresses[0].address',
    'error NATC2013 spec.podCIDR',
  ]);
  expect(read({ status: { addresses } })).toMatchObject({
    addresses: [],
    addressesAreWhole: false,
  });
  const podCIDRs = ['10.180.0.0/24', '10.180.1.0/24'];
  expect(findings([node({ spec: { podCIDRs } })])).toEqual(['error NATC2118 spec.podCIDRs[1]']);
});
