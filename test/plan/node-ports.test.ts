import { expect, test } from 'vitest';
import { formatCidr } from '../../src/net/cidr.ts';
import type { IpFamily } from '../../src/net/family.ts';
import type { CompileOptions } from '../../src/options.ts';
import { node, planned, service } from '../support/cluster.ts';

const ports = [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }];
const nodePortService = service({
  type: 'NodePort',
  ports,
  clusterIPs: ['172.30.0.41', 'fd00::1'],
  ipFamilies: ['IPv4', 'IPv6'],
});

const open = (
  family: IpFamily,
  nodePortAddresses: readonly string[],
  options: Partial<CompileOptions> = {},
): string => {
  const { cidrs, loopback } = planned([], { nodePortAddresses, ...options })[family]
    .nodePortAddresses;
  return `${cidrs.map(formatCidr).join(' ')}${loopback ? ' +loopback' : ''}`;
};

const said = (
  nodePortAddresses: readonly string[],
  options: Partial<CompileOptions> = {},
  objects = [nodePortService],
): readonly string[] =>
  planned(objects, { nodePortAddresses, ...options })
    .diagnostics.filter(({ code }) => code !== 'NATC3011')
    .map(({ code, severity }) => `${code} ${severity}`);

test('ND1 an empty list means all addresses, the loopback included', () => {
  expect(open('IPv4', [])).toBe('0.0.0.0/0 +loopback');
  expect(open('IPv6', [])).toBe('::/0');
  expect(said([])).toEqual([]);
});

test('ND2 N10 the loopback is served where the list covers it, unless switched off', () => {
  expect(open('IPv4', ['127.0.0.0/8'])).toBe('127.0.0.0/8 +loopback');
  expect(open('IPv4', ['127.0.0.1/32', '192.168.0.0/24'])).toBe(
    '127.0.0.1/32 192.168.0.0/24 +loopback',
  );
  expect(open('IPv4', ['192.168.0.0/24'])).toBe('192.168.0.0/24');
  expect(open('IPv4', ['64.0.0.0/2'])).toBe('64.0.0.0/2 +loopback');
  expect(open('IPv4', ['10.0.0.0/8'])).toBe('10.0.0.0/8');
  expect(open('IPv4', ['128.0.0.0/8', '126.0.0.0/8'])).toBe('126.0.0.0/8 128.0.0.0/8');
  expect(open('IPv4', [], { localhostNodePorts: false })).toBe('0.0.0.0/0');
});

test('ND1 the words all and localhost', () => {
  expect(open('IPv4', ['all'])).toBe('0.0.0.0/0 +loopback');
  expect(open('IPv6', ['all'])).toBe('::/0');
  expect(open('IPv4', ['localhost'])).toBe('127.0.0.0/8 +loopback');
  expect(open('IPv6', ['localhost'])).toBe('::1/128');
});

test('ND2 ::1 cannot be served: a warning, a note while there are no node ports', () => {
  expect(said(['localhost'])).toEqual(['NATC3018 warning']);
  expect(said(['127.0.0.0/8', '::1/128'])).toEqual(['NATC3018 warning']);
  expect(said(['localhost'], {}, [])).toEqual(['NATC3018 note']);
  expect(said(['localhost'], { families: ['IPv4'] })).toEqual([]);
});

test('ND2 a loopback entry without --localhost-nodeports is told', () => {
  const options = { localhostNodePorts: false, families: ['IPv4'] } as const;
  expect(said(['127.0.0.0/8'], options)).toEqual(['NATC3019 warning']);
  expect(open('IPv4', ['127.0.0.0/8'], options)).toBe('127.0.0.0/8');
});

test('N2 N3 primary is the first --node-ip of the family, else from the Node object', () => {
  const nodeIPs = ['192.168.0.2', '192.168.1.2', '2001:db8::1'];
  expect(open('IPv4', ['primary'], { nodeIPs })).toBe('192.168.0.2/32');
  expect(open('IPv6', ['primary'], { nodeIPs })).toBe('2001:db8::1/128');
  const n1 = node('n1', { addresses: ['10.9.9.9', '2001:db8::9'] });
  const { IPv4, IPv6 } = planned([n1], {
    nodePortAddresses: ['primary'],
    nodeName: 'n1',
    nodeIPs: ['192.168.0.2'],
  });
  expect(IPv4.nodePortAddresses.cidrs.map(formatCidr)).toEqual(['192.168.0.2/32']);
  expect(IPv6.nodePortAddresses.cidrs.map(formatCidr)).toEqual(['2001:db8::9/128']);
});

test('N2 a loopback primary address means unknown', () => {
  expect(open('IPv4', ['primary'], { nodeIPs: ['127.0.0.1'] })).toBe('0.0.0.0/0 +loopback');
});

test('N4 ND7 entries of one family open the other, which is told with what closes it', () => {
  expect(open('IPv6', ['192.168.0.0/24'])).toBe('::/0');
  const { diagnostics } = planned([nodePortService], { nodePortAddresses: ['192.168.0.0/24'] });
  const [warning] = diagnostics.filter(({ code }) => code === 'NATC3017');
  expect(warning).toMatchObject({
    severity: 'warning',
    message: expect.stringContaining('no IPv6 entry'),
    hint: expect.stringContaining('::/128'),
    places: [{ kind: 'option', option: '--nodeport-addresses', value: '192.168.0.0/24' }],
  });
  expect(said(['192.168.0.0/24'], {}, [])).toEqual(['NATC3017 note']);
  expect(said(['192.168.0.0/24', '::/128'])).toEqual([]);
  expect(said(['0.0.0.0/32', '2001:db8::/64'])).toEqual([]);
});

test('N4 an unknown primary address opens the family, which is told', () => {
  expect(open('IPv4', ['primary'])).toBe('0.0.0.0/0 +loopback');
  expect(said(['primary'])).toEqual(['NATC3017 warning', 'NATC3017 warning']);
  expect(said(['primary'], { nodeIPs: ['192.168.0.2'] })).toEqual(['NATC3017 warning']);
});

test('ND10 a primary address that only an unreadable Node object can give closes the family, which is told', () => {
  const unreadable = { ...node('n1'), metadata: 1.5 };
  const options = { nodePortAddresses: ['primary'], nodeName: 'n1', validate: 'warn' } as const;
  const { IPv4, IPv6, diagnostics } = planned([nodePortService, unreadable], {
    ...options,
    nodeIPs: ['192.168.0.2'],
  });
  expect(IPv4.nodePortAddresses.cidrs.map(formatCidr)).toEqual(['192.168.0.2/32']);
  expect(IPv6.nodePortAddresses.cidrs.map(formatCidr)).toEqual(['::1/128']);
  expect(diagnostics.filter(({ code }) => code === 'NATC3017')).toMatchObject([
    { message: expect.stringContaining('IPv6 node ports are served nowhere') },
  ]);
});

test('N5 a zero-length prefix makes the other entries irrelevant', () => {
  expect(open('IPv4', ['10.20.30.0/24', '0.0.0.0/0', '192.168.0.0/24'])).toBe(
    '0.0.0.0/0 +loopback',
  );
});

test('N6 overlapping entries are merged', () => {
  expect(open('IPv4', ['192.168.0.0/16', '192.168.1.0/24'])).toBe('192.168.0.0/16');
});

test('ND7 a list that a configuration file gave is pointed at there', () => {
  const place = { kind: 'file', name: 'kube-proxy.yaml' } as const;
  const { diagnostics } = planned(
    [nodePortService],
    { nodePortAddresses: ['192.168.0.0/24'] },
    new Map([['nodePortAddresses', place]]),
  );
  const [warning] = diagnostics.filter(({ code }) => code === 'NATC3017');
  expect(warning?.places).toEqual([place]);
});
