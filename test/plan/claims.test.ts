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
    hint: 'give one of them another address or port; with --validate warn default/a keeps it: a load-balancer IP goes before an external IP',
    places: [
      { path: ['spec', 'externalIPs', 0] },
      { path: ['status', 'loadBalancer', 'ingress', 0, 'ip'] },
    ],
  });
});

test.each([
  ['a first', [a, b]],
  ['b first', [b, a]],
])('P6 with --validate warn the load-balancer IP keeps it (%s in the input)', (_, objects) => {
  const { IPv4, diagnostics } = planned(objects);
  expect(IPv4.servicePorts.flatMap(shown)).toEqual([
    'cluster-ip 172.30.0.42:80 reject',
    'load-balancer-ip 192.168.99.1:80 reject',
    'cluster-ip 172.30.0.41:80 reject',
  ]);
  expect(diagnostics.filter(({ severity }) => severity !== 'note')).toMatchObject([
    {
      code: 'NATC3001',
      severity: 'warning',
      hint: 'default/a keeps it: a load-balancer IP goes before an external IP',
    },
  ]);
});

const [early, late] = ['2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z'];

/** A victim that sorts last, and somebody whose name and everything else sorts first. */
const victim = (spec: object, more: object = {}) =>
  service(
    { clusterIP: '172.30.0.99', ...spec },
    { name: 'z', namespace: 'z', createdAt: early, ...more },
  );
const hostile = (spec: object, more: object = {}) =>
  service(
    { clusterIP: '172.30.0.1', ...spec },
    { name: 'a', namespace: 'a', createdAt: late, ...more },
  );
const ports = (port: number, nodePort = 0, protocol = 'TCP') => ({
  ports: [{ name: 'http', port, protocol, ...(nodePort === 0 ? {} : { nodePort }) }],
});

/** What the victim and the other are served at, whoever is read first. */
function outcome(objects: readonly object[], options: Parameters<typeof planned>[1] = {}) {
  const results = [objects, objects.toReversed()].map((each) => {
    const { IPv4, diagnostics } = planned(each as Parameters<typeof planned>[0], options);
    const frontends = (name: string): readonly string[] =>
      IPv4.servicePorts
        .filter(({ service: of }) => of === name)
        .flatMap(shown)
        .map((text) => text.replace(/ \w+$/, ''));
    const said = diagnostics
      .filter(({ code }) => code === 'NATC3001' || code === 'NATC3030')
      .map(({ code, message, hint }) => `${code} ${message}; ${hint}`);
    return { victim: frontends('z'), hostile: frontends('a'), said, IPv4 };
  });
  expect(results[0]).toEqual(results[1]);
  return results[0] as (typeof results)[number];
}

test('ND11 a cluster IP goes before a load-balancer IP and an external IP', () => {
  for (const claim of [
    hostile({ externalIPs: ['172.30.0.99'] }, { createdAt: early }),
    hostile(
      { type: 'LoadBalancer' },
      { status: ingress('172.30.0.99'), createdAt: '1999-01-01T00:00:00Z' },
    ),
  ]) {
    const found = outcome([victim({}, { createdAt: late }), claim]);
    expect(found.victim).toEqual(['cluster-ip 172.30.0.99:80']);
    expect(found.hostile).toEqual(['cluster-ip 172.30.0.1:80']);
    expect(found.said).toHaveLength(1);
  }
});

test('ND11 a cluster IP that is an external IP of the same Service is still its cluster IP', () => {
  const found = outcome([
    victim({ externalIPs: ['172.30.0.99'] }),
    hostile({ type: 'LoadBalancer' }, { status: ingress('172.30.0.99') }),
  ]);
  expect(found.victim).toEqual(['external-ip 172.30.0.99:80']);
  expect(found.hostile).toEqual(['cluster-ip 172.30.0.1:80']);
});

test('ND11 of two external IPs the older Service has it', () => {
  const found = outcome([
    victim({ externalIPs: ['198.51.100.1'] }),
    hostile({ externalIPs: ['198.51.100.1'] }),
  ]);
  expect(found.victim).toEqual(['cluster-ip 172.30.0.99:80', 'external-ip 198.51.100.1:80']);
  expect(found.hostile).toEqual(['cluster-ip 172.30.0.1:80']);
  expect(found.said).toEqual([
    'NATC3001 Services z/z and a/a both claim 198.51.100.1:80/TCP; z/z keeps it: it is older: created 2026-01-01T00:00:00Z, the other 2026-06-01T00:00:00Z',
  ]);
});

test('ND11 of three claims two are told of, and the winner is the same for both', () => {
  const third = service(
    { clusterIP: '172.30.0.2', externalIPs: ['198.51.100.1'] },
    { name: 'b', namespace: 'a', createdAt: '2026-03-01T00:00:00Z' },
  );
  const found = outcome([
    third,
    hostile({ externalIPs: ['198.51.100.1'] }),
    victim({ externalIPs: ['198.51.100.1'] }),
  ]);
  expect(found.IPv4.contests.map(({ winner, loser }) => [winner.service, loser.service])).toEqual([
    ['z/z', 'a/a'],
    ['z/z', 'a/b'],
  ]);
});

test("ND11 a cluster IP is its owner's at every port", () => {
  const found = outcome([
    victim({}),
    hostile({ clusterIP: '172.30.0.99', externalIPs: ['198.51.100.1'], ...ports(8080) }),
  ]);
  expect(found.victim).toEqual(['cluster-ip 172.30.0.99:80']);
  expect(found.hostile).toEqual(['external-ip 198.51.100.1:8080']);
  expect(found.IPv4.clusterIPs).toEqual(['172.30.0.99']);
});

test('ND11 that of another proxy too', () => {
  const labels = { 'service.kubernetes.io/service-proxy-name': 'cilium' };
  const found = outcome([victim({}, { labels }), hostile({ clusterIP: '172.30.0.99' })]);
  expect(found.hostile).toEqual([]);
  expect(found.IPv4.clusterIPs).toEqual([]);
  expect(found.IPv4.otherProxyClusterIPs).toEqual(['172.30.0.99']);
});

test("ND11 node ports and health-check node ports are the older Service's", () => {
  const nodePort = { type: 'NodePort', ...ports(80, 30080) };
  expect(outcome([victim(nodePort), hostile(nodePort)])).toMatchObject({
    victim: ['cluster-ip 172.30.0.99:80', 'node-port 30080'],
    hostile: ['cluster-ip 172.30.0.1:80'],
  });
  const checked = {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30080,
    ...ports(80, 30081),
  };
  const found = outcome([victim(checked), hostile(nodePort)]);
  expect(found.hostile).toEqual(['cluster-ip 172.30.0.1:80']);
  expect(found.IPv4.healthChecks).toMatchObject([{ service: 'z', port: 30080 }]);
  const other = outcome([victim(nodePort), hostile(checked)]);
  expect(other.IPv4.healthChecks).toEqual([]);
});

const onNode = { nodeIPs: ['192.168.0.2'] };

test('ND11 P12 a node port is not taken over by a younger external IP of this node', () => {
  const found = outcome(
    [
      victim({ type: 'NodePort', ...ports(80, 30080) }),
      hostile({ externalIPs: ['192.168.0.2'], ...ports(30080) }),
    ],
    onNode,
  );
  expect(found.hostile).toEqual(['cluster-ip 172.30.0.1:30080']);
  expect(found.said).toEqual([
    'NATC3030 192.168.0.2:30080/TCP of Service a/a is node port 30080/TCP of Service z/z on this node; z/z has it: it is older: created 2026-01-01T00:00:00Z, the other 2026-06-01T00:00:00Z',
  ]);
});

test('ND11 P12 nor an older external IP by a node port', () => {
  const found = outcome(
    [
      victim({ externalIPs: ['192.168.0.2'], ...ports(30080) }),
      hostile({ type: 'NodePort', ...ports(80, 30080) }),
    ],
    onNode,
  );
  expect(found.victim).toEqual(['cluster-ip 172.30.0.99:30080', 'external-ip 192.168.0.2:30080']);
  expect(found.said).toHaveLength(1);
});

test('P12 where node ports do not answer there is no contest', () => {
  const found = outcome(
    [
      victim({ type: 'NodePort', ...ports(80, 30080) }),
      hostile({ externalIPs: ['192.168.0.2'], ...ports(30080) }),
    ],
    { ...onNode, nodePortAddresses: ['10.0.0.0/8'] },
  );
  expect(found.hostile).toContain('external-ip 192.168.0.2:30080');
  expect(found.said).toEqual([]);
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
