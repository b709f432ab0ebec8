import { expect, test } from 'vitest';
import { ingress, planned, service, shown } from '../support/cluster.ts';

const b = service({ externalIPs: ['192.168.99.1'] }, { name: 'b' });
const a = service({ clusterIP: '172.30.0.42' }, { name: 'a', status: ingress('192.168.99.1') });

test('P6 ND5 a destination of two Services is an error that names both places', () => {
  const { diagnostics } = planned([b, a], { validate: 'strict' });
  const [claim] = diagnostics.filter(({ code }) => code === 'NATC3001');
  expect(claim).toMatchObject({
    severity: 'error',
    message: 'Services default/a and default/b both claim 192.168.99.1:80/TCP',
    places: [
      { path: ['spec', 'externalIPs', 0] },
      { path: ['status', 'loadBalancer', 'ingress', 0, 'ip'] },
    ],
  });
});

test.each([
  ['a first', [a, b]],
  ['b first', [b, a]],
])('P6 with --validate warn the first by name keeps it (%s in the input)', (_, objects) => {
  const { IPv4, diagnostics } = planned(objects);
  expect(IPv4.servicePorts.flatMap(shown)).toEqual([
    'cluster-ip 172.30.0.42:80 reject',
    'load-balancer-ip 192.168.99.1:80 reject',
    'cluster-ip 172.30.0.41:80 reject',
  ]);
  expect(diagnostics.filter(({ severity }) => severity !== 'note')).toMatchObject([
    { code: 'NATC3001', severity: 'warning' },
  ]);
});

test('P13 one address on different ports or protocols is no clash', () => {
  const port = (fields: object) => ({ ports: [{ name: 'x', protocol: 'TCP', ...fields }] });
  const shared = { externalIPs: ['192.168.99.1'] };
  const { diagnostics, IPv4 } = planned([
    service({ ...shared, ...port({ port: 80 }) }, { name: 'a' }),
    service({ clusterIP: '172.30.0.42', ...shared, ...port({ port: 81 }) }, { name: 'b' }),
    service(
      { clusterIP: '172.30.0.43', ...shared, ...port({ port: 80, protocol: 'UDP' }) },
      { name: 'c' },
    ),
  ]);
  expect(diagnostics.filter(({ code }) => code === 'NATC3001')).toEqual([]);
  expect(IPv4.servicePorts.every((each) => each.frontends.length === 2)).toBe(true);
});

test('P6 node ports and cluster IPs that collide are never served twice', () => {
  const spec = { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] };
  const { IPv4, diagnostics } = planned([service(spec), service(spec, { name: 'zzz' })]);
  expect(IPv4.servicePorts.map((each) => each.frontends.length)).toEqual([2, 0]);
  expect(diagnostics.filter(({ code }) => code === 'NATC3001')).toEqual([]);
});

test('V4 one node port number for two protocols is no clash', () => {
  const spec = (protocol: string, clusterIP: string) => ({
    type: 'NodePort',
    clusterIP,
    ports: [{ port: 80, protocol, nodePort: 30080 }],
  });
  const { IPv4 } = planned([
    service(spec('TCP', '172.30.0.1')),
    service(spec('UDP', '172.30.0.2'), { name: 'b' }),
  ]);
  expect(IPv4.servicePorts.map((each) => each.frontends.length)).toEqual([2, 2]);
});
