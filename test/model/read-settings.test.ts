import { expect, test } from 'vitest';
import { formatCidr } from '../../src/net/cidr.ts';
import type { CompileOptions } from '../../src/options.ts';
import { modelOf } from '../support/findings.ts';

const read = (options: Partial<CompileOptions>) => modelOf([], options).settings;

const findings = (options: Partial<CompileOptions>) =>
  modelOf([], options).diagnostics.map(({ severity, code, message, hint }) =>
    [severity, code, message, ...(hint === undefined ? [] : [`(${hint})`])].join(' '),
  );

test('node-port addresses are words and networks, mixed (N1 to N12)', () => {
  const nodePortAddresses = ['primary', 'localhost', 'all', '192.168.0.7/24', '::/0'];
  expect(read({ nodePortAddresses }).nodePortAddresses).toEqual([
    { kind: 'primary' },
    { kind: 'localhost' },
    { kind: 'all' },
    { kind: 'cidr', cidr: { family: 'IPv4', address: '192.168.0.0', prefixLength: 24 } },
    { kind: 'cidr', cidr: { family: 'IPv6', address: '::', prefixLength: 0 } },
  ]);
});

test('other words are errors, with the likely one', () => {
  expect(findings({ nodePortAddresses: ['Primary', '10.0.0.1', 'fd00::1', ''] })).toEqual([
    'error NATC2080 --nodeport-addresses must be a CIDR, primary, localhost or all, got "Primary" (did you mean primary?)',
    'error NATC2080 --nodeport-addresses must be a CIDR, primary, localhost or all, got "10.0.0.1" (for this one address write 10.0.0.1/32)',
    'error NATC2080 --nodeport-addresses must be a CIDR, primary, localhost or all, got "fd00::1" (for this one address write fd00::1/128)',
    'error NATC2080 --nodeport-addresses must be a CIDR, primary, localhost or all, got ""',
  ]);
});

test('the first cluster CIDR of a family counts (M10)', () => {
  const clusterCIDRs = ['10.180.0.0/16', 'fd00::/48', '10.181.0.0/16'];
  expect(findings({ clusterCIDRs })).toEqual([
    'warning NATC2081 --cluster-cidr 10.181.0.0/16 is ignored: of IPv4 networks only the first counts (remove it, or give one network that holds both)',
  ]);
  expect(read({ clusterCIDRs }).clusterCIDRs.map(formatCidr)).toEqual(clusterCIDRs);
});

test('the node name is trimmed and lower-cased', () => {
  expect(read({ nodeName: ' Node-A.example ' }).nodeName).toBe('node-a.example');
  expect(read({}).nodeName).toBeUndefined();
  expect(findings({ nodeName: ' ' })[0]).toContain('NATC2083');
  expect(findings({ nodeName: 'a"b' })[0]).toContain('NATC2083');
});

test('a zone that no label can have is refused; an empty one is not known (Q5)', () => {
  expect(findings({ zone: 'zone a' })[0]).toContain('error NATC2087 --zone must be');
  expect(read({ zone: 'eu-west-1a' }).zone).toBe('eu-west-1a');
  expect(read({ zone: '' }).zone).toBeUndefined();
});

test('interface modes need their option (M11)', () => {
  expect(findings({ detectLocalMode: 'BridgeInterface' })).toEqual([
    'error NATC2085 --detect-local-mode needs --pod-bridge-interface, which is not given (give --pod-bridge-interface)',
  ]);
  expect(findings({ detectLocalMode: 'InterfaceNamePrefix', podBridgeInterface: 'cni0' })).toEqual([
    'error NATC2085 --detect-local-mode needs --pod-interface-name-prefix, which is not given (give --pod-interface-name-prefix)',
  ]);
  expect(
    findings({ detectLocalMode: 'BridgeInterface', podBridgeInterface: 'bridge-of-pods0' }),
  ).toEqual([]);
});

test.for(['bridge-of-pods00', 'a/b', 'veth*', 'a b', '"', 'ü'])(
  '%j is no interface name',
  (podBridgeInterface) => {
    expect(findings({ podBridgeInterface })[0]).toContain('error NATC2086');
  },
);

test.for([
  [{ masqueradeBit: 31 }, 0],
  [{ masqueradeBit: 32 }, 1],
  [{ masqueradeBit: -1 }, 1],
  [{ masqueradeBit: 0.5 }, 1],
  [{ serviceNodePortRange: { first: 1, last: 65535 } }, 0],
  [{ serviceNodePortRange: { first: 0, last: 65535 } }, 1],
  [{ serviceNodePortRange: { first: 2, last: 1 } }, 1],
] as const)('%j gives %s errors', ([options, count]) => {
  expect(findings(options).filter((each) => each.startsWith('error NATC2084'))).toHaveLength(count);
});

test('addresses and networks of the other options are checked', () => {
  expect(findings({ nodeIPs: ['node-a'] })[0]).toContain('--node-ip must be an IP address');
  expect(findings({ serviceCIDRs: ['172.30.0.0'] })[0]).toContain('--service-cidr must be a CIDR');
  expect(findings({ podCIDRs: ['x'] })[0]).toContain('--pod-cidr must be a CIDR');
});
