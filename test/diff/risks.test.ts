/** Each risk is given for an edit that is dangerous, and not for the one beside it that is not. */
import { describe, expect, test } from 'vitest';
import { collectRisks } from '../../src/diff/risks/collect.ts';
import { type RiskCode, riskTable } from '../../src/diff/risks/table.ts';
import type { CompileOptions } from '../../src/options.ts';
import { diffObjects, diffOptions, loadBalancer, service, slice } from '../support/diff-sides.ts';

type Objects = readonly object[];

interface Case {
  readonly before: Objects;
  readonly risky: Objects;
  /** What is done instead that nobody has to look at. */
  readonly benign: Objects;
  readonly options?: Partial<CompileOptions>;
}

const vip = '198.51.100.10';
const five = [5, 6, 7, 8, 9].map((i) => `10.244.1.${i}`);
const node = (name: string, address: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address }] },
});
const nodes = [node('node-a', '192.168.0.11'), node('node-b', '192.168.0.12')];

/** `shop/web`, and its neighbour `shop/db`, which every side has. */
const db = [service('db', '10.96.0.30'), slice('db', ['10.244.2.1', '10.244.2.2'])];
const web = (spec: object = {}, endpoints: readonly (string | object)[] = five): Objects => [
  ...nodes,
  ...db,
  service('web', '10.96.0.20', { ...spec }),
  slice('web', endpoints as string[]),
];
const balanced = (spec: object = {}, endpoints: readonly (string | object)[] = five): Objects => [
  ...nodes,
  ...db,
  loadBalancer('web', '10.96.0.20', vip, { ...spec }),
  slice('web', endpoints as string[]),
];
const named = (namespace: string, name: string, objects: Objects): Objects =>
  objects.map((object) => {
    const { metadata, ...rest } = object as { metadata: { labels?: object } };
    const labels = metadata.labels && { labels: { 'kubernetes.io/service-name': name } };
    return { ...rest, metadata: { ...metadata, namespace, name, ...labels } };
  });
const dns = named('kube-system', 'kube-dns', [
  service('d', '10.96.0.10'),
  slice('d', ['10.244.9.9']),
]);
const created = (object: object, creationTimestamp: string): object => ({
  ...object,
  metadata: { ...(object as { metadata: object }).metadata, creationTimestamp },
});
const [early, late] = ['2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z'];
const owner = created(service('owner', '10.96.0.40', { externalIPs: ['198.51.100.9'] }), early);
const thief = (spec: object, ip?: string) =>
  created(service('thief', '10.96.0.41', { ...spec }, ip), late);
const contested = (last: object): Objects => [
  ...web(),
  owner,
  slice('owner', ['10.244.3.1']),
  last,
  slice('thief', ['10.244.3.2']),
];
const ranges = (...loadBalancerSourceRanges: string[]) => balanced({ loadBalancerSourceRanges });
const external = (address: string): Objects => web({ externalIPs: [address] });
const local = (nodeName: string) => ({ addresses: ['10.244.1.5'], nodeName });

const localPolicy = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 };
const ofNodeA = slice('web-local', [], {
  metadata: { name: 'web-2', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  endpoints: [local('node-a')],
});

const onPort = (port: number, endpoints: readonly string[]): Objects => [
  ...nodes,
  ...db,
  service('web', '10.96.0.20'),
  slice('web', endpoints, { ports: [{ name: 'http', port }] }),
];
const canary = (port: number, endpoints: readonly string[]): Objects => [
  slice('web', endpoints, {
    metadata: { name: 'web-2', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    ports: [{ name: 'http', port }],
  }),
];

const cases: Readonly<Record<RiskCode, Case>> = {
  NATC6001: {
    before: contested(thief({})),
    risky: contested(thief({ type: 'LoadBalancer' }, '198.51.100.9')),
    benign: contested(thief({ type: 'LoadBalancer' }, '198.51.100.99')),
    options: { validate: 'warn' },
  },
  NATC6002: {
    before: contested(thief({})),
    risky: contested(thief({ externalIPs: ['198.51.100.9'] })),
    benign: contested(thief({ externalIPs: ['198.51.100.99'] })),
    options: { validate: 'warn' },
  },
  NATC6003: { before: balanced(), risky: balanced({}, []), benign: balanced({}, five.slice(1)) },
  NATC6004: {
    before: ranges('203.0.113.0/24'),
    risky: ranges('203.0.113.0/28'),
    benign: ranges('203.0.113.0/24', '203.0.113.0/28'),
  },
  NATC6005: {
    before: web(),
    risky: balanced(),
    benign: web({
      ports: [
        { name: 'http', port: 80 },
        { name: 'more', port: 81 },
      ],
    }),
  },
  NATC6006: {
    before: ranges('203.0.113.0/24'),
    risky: balanced(),
    benign: ranges('203.0.113.0/25', '203.0.113.128/25'),
  },
  NATC6007: {
    before: ranges('203.0.113.0/24'),
    risky: ranges('203.0.113.0/24', '192.0.2.0/24'),
    benign: ranges('203.0.113.0/25', '203.0.113.128/25'),
  },
  NATC6008: { before: web(), risky: web({}, five.slice(0, 2)), benign: web({}, five.slice(0, 3)) },
  NATC6009: {
    before: web({}, ['10.244.1.5']),
    risky: web({}, ['10.244.2.1']),
    benign: web({}, ['10.244.1.5', '10.244.2.1']),
  },
  NATC6010: {
    before: web({}, five.slice(0, 2)),
    risky: web({}, five.slice(2, 4)),
    benign: web({}, five.slice(1, 3)),
  },
  NATC6011: {
    before: balanced({ externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }, []).concat(
      slice('web-local', [], {
        metadata: {
          name: 'web-2',
          namespace: 'shop',
          labels: { 'kubernetes.io/service-name': 'web' },
        },
        endpoints: [local('node-a')],
      }),
    ),
    risky: balanced({}, []).concat(
      slice('web-local', [], {
        metadata: {
          name: 'web-2',
          namespace: 'shop',
          labels: { 'kubernetes.io/service-name': 'web' },
        },
        endpoints: [local('node-a')],
      }),
    ),
    benign: balanced({ externalTrafficPolicy: 'Local', healthCheckNodePort: 31001 }, []).concat(
      slice('web-local', [], {
        metadata: {
          name: 'web-2',
          namespace: 'shop',
          labels: { 'kubernetes.io/service-name': 'web' },
        },
        endpoints: [local('node-a')],
      }),
    ),
  },
  NATC6012: {
    before: web({ sessionAffinity: 'ClientIP' }),
    risky: web({ sessionAffinity: 'None' }),
    benign: web({
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    }),
  },
  NATC6013: {
    before: web(),
    risky: web({}, [...five, '192.0.2.50']),
    benign: web({}, [...five, '10.244.7.7']),
  },
  NATC6014: {
    before: web(),
    risky: web({}, [...five, '192.168.0.12']),
    benign: web({}, [...five, '10.244.7.7']),
  },
  NATC6015: {
    before: web(),
    risky: web({}, [...five, '100.100.100.200']),
    benign: web({}, [...five, '10.244.7.7']),
  },
  NATC6016: { before: web(), risky: external('192.168.0.12'), benign: external('198.51.100.77') },
  NATC6017: {
    before: web({ ports: [{ name: 'http', port: 81 }] }),
    risky: web({ ports: [{ name: 'http', port: 81 }], externalIPs: ['10.96.0.30'] }),
    benign: web({ ports: [{ name: 'http', port: 81 }], externalIPs: ['198.51.100.77'] }),
  },
  NATC6018: {
    before: [...web(), ...dns],
    risky: [...external('10.244.9.9'), ...dns],
    benign: [...external('198.51.100.77'), ...dns],
  },
  NATC6019: {
    before: web(),
    risky: web({}, [...five, '10.96.0.30']),
    benign: web({}, [...five, '10.244.7.7']),
  },
  NATC6020: {
    before: balanced({}, []),
    risky: balanced(),
    benign: balanced({}, [{ addresses: ['10.244.1.5'], conditions: { ready: false } }]),
  },
  NATC6021: {
    before: web(),
    risky: onPort(9090, five),
    benign: [...onPort(8080, five.slice(0, 3)), ...canary(9090, five.slice(3))],
  },
  NATC6030: {
    before: balanced({}, []).concat(ofNodeA),
    risky: balanced(localPolicy, []).concat(ofNodeA),
    benign: balanced({}, five).concat(ofNodeA),
  },
};

describe('is given for the one and not for the other:', () => {
  test.each(Object.keys(riskTable) as RiskCode[])('%s', (code) => {
    const { before, risky, benign, options = {} } = cases[code];
    const both = { ...diffOptions, ...options };
    const codesOf = (after: Objects) =>
      collectRisks(diffObjects(before, after, [both, both])).map((risk) => risk.code);
    expect(codesOf(risky)).toContain(code);
    expect(codesOf(benign)).not.toContain(code);
  });
});

describe('of a kind:', () => {
  const risksOf = (before: Objects, after: Objects) =>
    collectRisks(diffObjects(before, after)).map(
      ({ code, subjects, text }) => `${code} ${subjects.join(', ')}: ${text}`,
    );
  const gone = /^NATC6003 .*not answered any more|^NATC6003 .*nobody answers here any more/;

  test.each<[string, Objects, Objects]>([
    ['a Service', balanced(), [...nodes, ...db]],
    ['its cluster IP', web(), [...nodes, ...db, service('web', '10.96.0.21'), slice('web', five)]],
    ['its port', web(), web({ ports: [{ name: 'http', port: 81 }] })],
    ['its protocol', web(), web({ ports: [{ name: 'http', port: 80, protocol: 'UDP' }] })],
    ['an external IP', external('198.51.100.77'), web()],
    [
      'its load-balancer IP',
      balanced(),
      [
        ...nodes,
        ...db,
        service('web', '10.96.0.20', {
          type: 'LoadBalancer',
          allocateLoadBalancerNodePorts: false,
        }),
        slice('web', five),
      ],
    ],
    ['its DNS', [...web(), ...dns], web()],
    [
      'all clients outside, by policy Local',
      balanced(),
      balanced({ externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }),
    ],
  ])('%s is lost', (_, before, after) => {
    expect(risksOf(before, after).filter((line) => gone.test(line))).not.toEqual([]);
  });

  test('clients that nobody answered before lose nothing', () => {
    expect(risksOf(balanced({}, []), [...nodes, ...db]).filter((line) => gone.test(line))).toEqual(
      [],
    );
  });

  test('what a Service had that is gone may go to other endpoints under another name', () => {
    const other = (endpoints: readonly string[]) => [
      ...nodes,
      ...db,
      service('shop', '10.96.0.20'),
      slice('shop', endpoints),
    ];
    expect(risksOf(web(), other(['10.244.7.1']))).toEqual([
      'NATC6008 cluster IP 10.96.0.20:80/TCP: 1 of 5 endpoints is left',
      'NATC6010 cluster IP 10.96.0.20:80/TCP: everything goes to other endpoints',
    ]);
    expect(risksOf(web(), other(five))).toEqual([]);
  });

  test('a port of all endpoints is another', () => {
    expect(risksOf(onPort(8080, five), onPort(9090, five))).toEqual([
      'NATC6021 cluster IP 10.96.0.20:80/TCP: everything goes to port 9090 of the endpoints (was 8080)',
    ]);
    expect(risksOf(onPort(8080, five), onPort(9090, five.slice(0, 2)))).toEqual([
      'NATC6008 cluster IP 10.96.0.20:80/TCP: 2 of 5 endpoints are left',
      'NATC6021 cluster IP 10.96.0.20:80/TCP: everything goes to port 9090 of the endpoints (was 8080)',
    ]);
  });

  test('a load-balancer IP that reached itself is a client too', () => {
    const admitted = (...more: string[]) =>
      balanced({ loadBalancerSourceRanges: ['203.0.113.0/24', ...more] });
    expect(risksOf(admitted(`${vip}/32`), admitted())).toEqual([
      `NATC6004 load-balancer IP ${vip}:80/TCP: ${vip} itself is not answered any more`,
    ]);
  });
});
