import { describe, expect, test } from 'vitest';
import type { CompileOptions } from '../../src/options.ts';
import { errors, findings, modelOf, service } from '../support/findings.ts';

const warn: Partial<CompileOptions> = { validate: 'warn' };

const read = (spec: object, rest: object = {}, options: Partial<CompileOptions> = warn) =>
  modelOf([service(spec, rest)], options).cluster.services[0]!;

describe('defaults', () => {
  test('those of the API server are filled in (D1, D2)', () => {
    const { object, ...rest } = read({ ports: [{ port: 80 }] }, {}, {});
    expect(object.kind).toBe('Service');
    expect(rest).toEqual({
      namespace: 'shop',
      name: 'web',
      serviceProxyName: undefined,
      type: 'ClusterIP',
      clusterIPs: ['172.30.0.10'],
      ipFamilies: ['IPv4'],
      ports: [{ index: 0, name: '', protocol: 'TCP', port: 80, nodePort: 0 }],
      hasSelector: false,
      externalIPs: [],
      ingress: [],
      loadBalancerSourceRanges: [],
      sourceRangesAreWhole: true,
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: undefined,
      healthCheckNodePort: 0,
      trafficDistribution: undefined,
    });
  });

  test('null is the same as absent', () => {
    const nulls = { type: null, clusterIPs: null, externalIPs: null, sessionAffinityConfig: null };
    expect(read(nulls, { status: null }, {})).toMatchObject({
      type: 'ClusterIP',
      clusterIPs: ['172.30.0.10'],
      externalIPs: [],
    });
  });

  test('a missing namespace is default', () => {
    expect(read({}, { metadata: { name: 'web' } }).namespace).toBe('default');
  });

  test('affinity lasts three hours unless told otherwise (D1)', () => {
    expect(read({ sessionAffinity: 'ClientIP' }).sessionAffinity).toEqual({
      timeoutSeconds: 10800,
    });
    const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
    expect(read({ sessionAffinity: 'ClientIP', sessionAffinityConfig }).sessionAffinity).toEqual({
      timeoutSeconds: 60,
    });
  });

  test('an ingress address without ipMode is a VIP (D3)', () => {
    const ingress = [
      { ip: '1.2.3.4' },
      { ip: '1.2.3.5', ipMode: 'Proxy' },
      { hostname: 'lb.example.com' },
    ];
    expect(
      read({ type: 'LoadBalancer' }, { status: { loadBalancer: { ingress } } }).ingress,
    ).toEqual([
      { index: 0, ip: '1.2.3.4', hostname: undefined, ipMode: 'VIP' },
      { index: 1, ip: '1.2.3.5', hostname: undefined, ipMode: 'Proxy' },
      { index: 2, ip: undefined, hostname: 'lb.example.com', ipMode: 'VIP' },
    ]);
  });

  test('the label for another proxy counts by its presence (S3)', () => {
    const labels = { 'service.kubernetes.io/service-proxy-name': '' };
    expect(read({}, { metadata: { name: 'web', labels } })).toMatchObject({ serviceProxyName: '' });
  });

  test('ipFamilies that are not given are those of the cluster IPs, in their order (D7)', () => {
    const clusterIPs = ['fd00::1', '172.30.0.41'];
    expect(read({ clusterIP: 'fd00::1', clusterIPs }).ipFamilies).toEqual(['IPv6', 'IPv4']);
    expect(read({ clusterIP: 'None' }).ipFamilies).toEqual([]);
    for (const ipFamilies of [['IPv6'], ['IPv6', 'IPv4'], [], null])
      expect(read({ clusterIP: 'fd00::1', clusterIPs, ipFamilies }).ipFamilies).toEqual([
        'IPv6',
        'IPv4',
      ]);
  });
});

describe('with --validate warn it is read as kube-proxy reads it', () => {
  test('a node port counts on any type and outside the range (F3)', () => {
    expect(read({ ports: [{ port: 80, nodePort: 80 }] }).ports[0]?.nodePort).toBe(80);
  });

  test('source ranges and ingress count on any type (L1)', () => {
    const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } };
    expect(read({ loadBalancerSourceRanges: [' 10.0.0.0/8 '] }, { status })).toMatchObject({
      loadBalancerSourceRanges: [' 10.0.0.0/8 '],
      ingress: [{ ip: '1.2.3.4' }],
    });
  });

  test('an external policy stays: the plan stage knows where it counts (F7)', () => {
    expect(read({ externalTrafficPolicy: 'Local' }).externalTrafficPolicy).toBe('Local');
  });

  test('an entry of unknown ipMode is no VIP (L2)', () => {
    const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'vip' }] } };
    expect(read({}, { status }).ingress[0]?.ipMode).toBe('Proxy');
  });

  test('only what is refused is left out', () => {
    const ports = [
      { name: 'http', port: 80, protocol: 'tcp' },
      { name: 'Metrics', port: 81 },
      { name: 'admin', port: 0 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ];
    const externalIPs = ['192.168.99.22', 'lb.example.com', '127.0.0.1', 'fd00::22'];
    expect(read({ ports, externalIPs })).toMatchObject({
      ports: [{ index: 3, name: 'dns' }],
      externalIPs: ['192.168.99.22', 'fd00::22'],
    });
  });

  test('of two ports with one name and protocol the last is taken (S7)', () => {
    const ports = [{ port: 80 }, { port: 443 }, { port: 53, protocol: 'UDP' }];
    expect(read({ ports }).ports.map(({ port }) => port)).toEqual([443, 53]);
  });

  test('of two ports with one number the first is taken, and one node port (P6)', () => {
    const ports = [
      { name: 'a', port: 80, nodePort: 30080 },
      { name: 'b', port: 80 },
      { name: 'c', port: 81, nodePort: 30080 },
    ];
    expect(read({ ports }).ports).toMatchObject([
      { name: 'a', nodePort: 30080 },
      { name: 'c', nodePort: 0 },
    ]);
  });

  test('families that contradict the addresses are those of the addresses (D7)', () => {
    expect(read({ ipFamilies: ['IPv6'] }).ipFamilies).toEqual(['IPv4']);
    expect(read({ ipFamilies: ['IPv4', 'IPv6'] }).ipFamilies).toEqual(['IPv4', 'IPv6']);
  });

  test.for([
    [{ metadata: { name: 'Web' } }],
    [{ metadata: {} }],
    [{ metadata: undefined }],
    [{ metadata: { name: 'web', namespace: 'a/b' } }],
    [{ spec: undefined }],
    [{ spec: [] }],
  ])('an object that cannot be told apart is left out: %j', ([rest]) => {
    expect(modelOf([service({}, rest)], warn).cluster.services).toEqual([]);
    expect(findings([service({}, rest)], warn)).toHaveLength(1);
  });
});

describe('what the API server could not decode is refused', () => {
  test.for([
    [{ ports: [{ port: '80' }] }, 'NATC2001 spec.ports[0].port'],
    [{ ports: [{ port: 80.5 }] }, 'NATC2001 spec.ports[0].port'],
    [{ ports: [{ port: 0 }] }, 'NATC2003 spec.ports[0].port'],
    [{ ports: [{ port: 65536 }] }, 'NATC2003 spec.ports[0].port'],
    [{ ports: { port: 80 } }, 'NATC2001 spec.ports'],
    [{ ports: ['80'] }, 'NATC2001 spec.ports[0]'],
    [{ ports: [{ port: 80, name: 80 }] }, 'NATC2001 spec.ports[0].name'],
    [{ ports: [{ port: 80, protocol: 6 }] }, 'NATC2001 spec.ports[0].protocol'],
    [{ externalIPs: '192.168.99.22' }, 'NATC2001 spec.externalIPs'],
    [{ externalIPs: [19216809922] }, 'NATC2001 spec.externalIPs[0]'],
    [{ type: 'nodeport' }, 'NATC2004 spec.type'],
    [{ clusterIP: 172 }, 'NATC2001 spec.clusterIP'],
    [{ clusterIP: '172.30.0.10/32' }, 'NATC2010 spec.clusterIP'],
    [
      { loadBalancerSourceRanges: ['10.0.0.1'], type: 'LoadBalancer' },
      'NATC2013 spec.loadBalancerSourceRanges[0]',
    ],
  ] as const)('%j: %s', ([spec, finding]) => {
    expect(findings([service(spec)]).filter((each) => each.startsWith('error'))).toEqual([
      `error ${finding}`,
    ]);
  });

  test.for([
    [80, true],
    ['http', true],
    ['', true],
    [0, true],
    [65536, false],
    ['80', false],
    ['HTTP', false],
    ['a--b', false],
    ['-http', false],
    ['sixteen-letters-', false],
    [{}, false],
  ] as const)('targetPort %j is accepted: %s (V8)', ([targetPort, isAccepted]) => {
    expect(findings([service({ ports: [{ port: 80, targetPort }] })])).toHaveLength(
      isAccepted ? 0 : 1,
    );
  });

  test.for(['127.0.0.1', '0.0.0.0', '169.254.1.1', '224.0.0.1', '::1', 'fe80::1', 'ff02::1'])(
    'external IP %s is refused (V9)',
    (address) => {
      expect(errors([service({ externalIPs: [address] })])).toEqual([
        'error NATC2012 spec.externalIPs[0]',
      ]);
    },
  );
});

test('unknown fields are refused, with a hint where they look misspelt', () => {
  const spec = { clusterIp: '172.30.0.10', externalTrafficpolicy: 'Local', x: 1, appProtocol: '' };
  const ports = [{ port: 80, nodeport: 30080, appProtocol: 'http' }];
  const rest = { metdata: {}, foo: {} };
  expect(findings([service({ ...spec, ports }, rest)]).toSorted()).toEqual([
    'error NATC2008 key:foo',
    'error NATC2008 key:metdata',
    'error NATC2008 key:spec.appProtocol',
    'error NATC2008 key:spec.clusterIp',
    'error NATC2008 key:spec.externalTrafficpolicy',
    'error NATC2008 key:spec.ports[0].nodeport',
    'error NATC2008 key:spec.x',
  ]);
});

test('unknown fields below the first level are refused too', () => {
  const spec = {
    type: 'LoadBalancer',
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutseconds: 5 }, clientip: {} },
  };
  const status = { loadbalancer: {}, loadBalancer: { ingress: [{ IP: '198.51.100.1' }], x: 1 } };
  expect(findings([service(spec, { status })]).toSorted()).toEqual([
    'error NATC2008 key:spec.sessionAffinityConfig.clientIP.timeoutseconds',
    'error NATC2008 key:spec.sessionAffinityConfig.clientip',
    'error NATC2008 key:status.loadBalancer.ingress[0].IP',
    'error NATC2008 key:status.loadBalancer.x',
    'error NATC2008 key:status.loadbalancer',
  ]);
});

test('in what an API server printed an unknown field is one of a newer Kubernetes', () => {
  const metadata = { name: 'web', namespace: 'shop', resourceVersion: '7' };
  const object = service({ quantumEntanglement: true, nodePorts: [] }, { metadata });
  expect(findings([object])).toEqual([
    'warning NATC2008 key:spec.quantumEntanglement',
    'warning NATC2008 key:spec.nodePorts',
  ]);
  expect(findings([object], { validate: 'warn' })).toEqual([]);
  expect(findings([service({ clusterips: [] }, { metadata })])).toEqual([
    'error NATC2008 key:spec.clusterips',
  ]);
});

test('source ranges are trimmed, and spellings that mislead are refused (V10, R1, R2)', () => {
  const ranges = (...loadBalancerSourceRanges: readonly string[]) =>
    findings([service({ type: 'LoadBalancer', loadBalancerSourceRanges })]);
  expect(ranges(' 10.0.0.0/8 ', '2001:db8::/32')).toEqual([]);
  const place = 'NATC2011 spec.loadBalancerSourceRanges[0]';
  expect(ranges('2001:0DB8::/32')).toEqual([`warning ${place}`]);
  expect(ranges('203.0.113.000/025')).toEqual([`error ${place}`]);
  expect(ranges('10.1.2.3/8')).toEqual([`error ${place}`]);
  expect(ranges('2001:db8::1/64')).toEqual([`error ${place}`]);
  expect(ranges('2001:db8::/064')).toEqual([`error ${place}`]);
  expect(ranges('10.0.0.1', '')).toEqual([
    'error NATC2013 spec.loadBalancerSourceRanges[0]',
    'error NATC2013 spec.loadBalancerSourceRanges[1]',
  ]);
});
