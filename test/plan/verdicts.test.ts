import { expect, test } from 'vitest';
import type { Frontend } from '../../src/plan/plan.ts';
import { at, ingress, onlyPort, ready, service, shown, slice } from '../support/cluster.ts';

const nodePort = { ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }] };
const external = { type: 'LoadBalancer', externalIPs: ['192.168.99.1'], ...nodePort };
const status = ingress('203.0.113.9');
const remote = slice([at('10.0.0.1', { nodeName: 'n2' })]);
const local = slice([at('10.0.0.2', { nodeName: 'n1' })], { name: 'web-2' });

const verdicts = (
  spec: object,
  ...slices: readonly ReturnType<typeof slice>[]
): Record<Frontend['kind'], string> => {
  const { frontends } = onlyPort(
    [service({ ...external, ...spec } as never, { status }), ...slices],
    { nodeName: 'n1' },
  );
  const said = frontends.map(({ kind, verdict }) => [
    kind,
    verdict.kind === 'pick' ? `${verdict.from} ${verdict.masquerade}` : verdict.kind,
  ]);
  return Object.fromEntries(said);
};

test('F1 F3 F4 F5 the destinations of a port, in order', () => {
  const spec = { ...external, externalIPs: ['192.168.99.9', '2001:db8::1', '192.168.99.10'] };
  const port = onlyPort([service(spec, { status }), remote]);
  expect(shown(port)).toEqual([
    'cluster-ip 172.30.0.41:80 pick',
    'external-ip 192.168.99.10:80 pick',
    'external-ip 192.168.99.9:80 pick',
    'load-balancer-ip 203.0.113.9:80 pick',
    'node-port 30080 pick',
  ]);
  expect(port.frontends.map(({ origin }) => origin.path.join('.'))).toEqual([
    'spec.clusterIP',
    'spec.externalIPs.2',
    'spec.externalIPs.0',
    'status.loadBalancer.ingress.0.ip',
    'spec.ports.0.nodePort',
  ]);
});

test('F5 L1-L4 ipMode VIP counts whatever the type, Proxy and host names give nothing', () => {
  const loadBalancer = {
    ingress: [
      { hostname: 'lb.example' },
      { ip: '203.0.113.1', ipMode: 'Proxy' },
      { ip: '203.0.113.2', ipMode: 'VIP' },
      { ip: '203.0.113.3' },
      { ip: '2001:db8::1' },
    ],
  };
  const port = onlyPort([service({}, { status: { loadBalancer } }), remote]);
  expect(shown(port).slice(1)).toEqual([
    'load-balancer-ip 203.0.113.2:80 pick',
    'load-balancer-ip 203.0.113.3:80 pick',
  ]);
});

test('F7 externalTrafficPolicy Local does not count for a VIP of a plain ClusterIP Service', () => {
  const { externalTrafficPolicy, frontends } = onlyPort([
    service({ externalTrafficPolicy: 'Local' }, { status }),
    remote,
  ]);
  expect(externalTrafficPolicy).toBe('Cluster');
  expect(frontends[1]?.verdict.kind).toBe('pick');
});

test('F7 external IPs of whatever family make a ClusterIP Service external', () => {
  const { externalTrafficPolicy } = onlyPort([
    service({ externalTrafficPolicy: 'Local', externalIPs: ['2001:db8::9'] }, { status }),
    remote,
  ]);
  expect(externalTrafficPolicy).toBe('Local');
});

test('F15 addresses are normalised, and point at how they were written', () => {
  const { frontends } = onlyPort([service({ externalIPs: ['bad', '192.168.099.1'] })]);
  expect(frontends[1]).toMatchObject({
    address: '192.168.99.1',
    origin: { path: ['spec', 'externalIPs', 1] },
  });
});

test('D2 a cluster IP is pointed at where it was written', () => {
  const path = (spec: object) => onlyPort([service(spec as never)]).frontends[0]?.origin.path;
  expect(path({})).toEqual(['spec', 'clusterIP']);
  expect(path({ clusterIPs: ['172.30.0.41'] })).toEqual(['spec', 'clusterIPs', 0]);
});

test('P1 P2 policy Cluster picks from all, masquerading what is external', () => {
  expect(verdicts({}, remote)).toEqual({
    'cluster-ip': 'cluster cluster-ip',
    'external-ip': 'cluster always',
    'load-balancer-ip': 'cluster always',
    'node-port': 'cluster always',
  });
});

test('P1 P2 P3 without any endpoint everything is refused', () => {
  const refused = {
    'cluster-ip': 'reject',
    'external-ip': 'reject',
    'load-balancer-ip': 'reject',
    'node-port': 'reject',
  };
  expect(verdicts({})).toEqual(refused);
  expect(verdicts({ externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' })).toEqual(
    refused,
  );
});

test('P3 policy Local is told to the backend with both lists', () => {
  const spec = { externalTrafficPolicy: 'Local' };
  expect(verdicts(spec, remote)).toMatchObject({
    'cluster-ip': 'cluster cluster-ip',
    'node-port': 'external-local',
    'load-balancer-ip': 'external-local',
    'external-ip': 'external-local',
  });
  const { clusterEndpoints, localEndpoints } = onlyPort(
    [service({ ...external, ...spec }), remote, local],
    { nodeName: 'n1' },
  );
  expect([clusterEndpoints.length, localEndpoints.length]).toEqual([2, 1]);
});

test('P1 P4 internal policy Local drops without local endpoints while others go on', () => {
  const spec = { internalTrafficPolicy: 'Local' };
  expect(verdicts(spec, remote)).toMatchObject({
    'cluster-ip': 'drop',
    'node-port': 'cluster always',
  });
  expect(verdicts(spec, local)).toMatchObject({ 'cluster-ip': 'local cluster-ip' });
});

test('P6 within a Service external handling wins, and the last kind names the address', () => {
  const spec = {
    ...external,
    internalTrafficPolicy: 'Local',
    externalIPs: ['172.30.0.41', '1.2.3.4', '192.168.99.1', '192.168.99.1'],
  };
  const vip = { status: ingress('1.2.3.4') };
  const port = onlyPort([service(spec, vip), remote], { nodeName: 'n1' });
  expect(shown(port)).toEqual([
    'external-ip 172.30.0.41:80 pick',
    'external-ip 192.168.99.1:80 pick',
    'load-balancer-ip 1.2.3.4:80 pick',
    'node-port 30080 pick',
  ]);
});

test('A1 the affinity timeout is carried, 10800 s by default', () => {
  const timeout = (spec: object) => onlyPort([service(spec as never)]).affinityTimeout;
  expect(timeout({})).toBeUndefined();
  expect(timeout({ sessionAffinity: 'ClientIP' })).toBe(10800);
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
  expect(timeout({ sessionAffinity: 'ClientIP', sessionAffinityConfig })).toBe(60);
});

test('A6 affinity changes no verdict and no list', () => {
  const plain = onlyPort([service(external), slice(ready('10.0.0.1'))]);
  const sticky = onlyPort([
    service({ ...external, sessionAffinity: 'ClientIP' }),
    slice(ready('10.0.0.1')),
  ]);
  expect(shown(sticky)).toEqual(shown(plain));
  expect(sticky.clusterEndpoints.length).toBe(plain.clusterEndpoints.length);
});
