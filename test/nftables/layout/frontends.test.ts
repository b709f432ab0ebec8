import { describe, expect, test } from 'vitest';
import { parseCidr } from '../../../src/net/cidr.ts';
import { buildNftables } from '../../../src/nftables/layout/build.ts';
import { verifyRuleset } from '../../../src/nftables/verify.ts';
import {
  clusterIP,
  endpoint,
  familyPlan,
  loadBalancerIP,
  nodePort,
  pickCluster,
  pickLocal,
  pickMasqueraded,
  planOf,
  servicePort,
} from '../../support/plan.ts';
import { elementsOf, rulesOf, tableOf } from '../../support/table.ts';

const cidr = (text: string) => {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};

const two = [endpoint('10.1.0.10', 8080, { hairpin: false }), endpoint('10.1.0.6')];

function build(
  more: Parameters<typeof servicePort>[0],
  family: Parameters<typeof familyPlan>[0] = {},
) {
  const ruleset = buildNftables(
    planOf(familyPlan({ servicePorts: [servicePort(more)], ...family })),
  );
  expect(verifyRuleset(ruleset)).toEqual([]);
  return tableOf(ruleset);
}

describe('a ServicePort becomes elements', () => {
  test('a cluster IP leads to the pick chain of its number of endpoints', () => {
    const table = build({
      frontends: [clusterIP('10.96.0.10', pickCluster)],
      clusterEndpoints: two,
    });
    expect(elementsOf(table, 'services')).toEqual(['10.96.0.10 . tcp . 80 : goto pick-tcp-2']);
    expect(elementsOf(table, 'service-endpoints-tcp')).toEqual([
      '10.96.0.10 . 80 . 0 : 10.1.0.10 . 8080',
      '10.96.0.10 . 80 . 1 : 10.1.0.6 . 8080',
    ]);
    expect(rulesOf(table, 'pick-tcp-2')).toEqual([
      'dnat ip to ip daddr . tcp dport . numgen random mod 2 map @service-endpoints-tcp',
    ]);
  });

  test('M4: a node port under the Cluster policy is marked before it is picked', () => {
    const table = build({ frontends: [nodePort(30080, pickMasqueraded)], clusterEndpoints: two });
    expect(elementsOf(table, 'node-ports')).toEqual([
      'tcp . 30080 : goto masquerade-pick-node-port-tcp-2',
    ]);
    expect(rulesOf(table, 'masquerade-pick-node-port-tcp-2')).toEqual([
      'jump mark-for-masquerade',
      'goto pick-node-port-tcp-2',
    ]);
    expect(elementsOf(table, 'node-port-endpoints-tcp')).toHaveLength(2);
  });

  test('P1: internal traffic policy Local picks from the local list', () => {
    const table = build({
      frontends: [clusterIP('10.96.0.10', pickLocal)],
      localEndpoints: two.slice(1),
    });
    expect(elementsOf(table, 'services')).toEqual([
      '10.96.0.10 . tcp . 80 : goto pick-local-tcp-1',
    ]);
    expect(elementsOf(table, 'local-service-endpoints-tcp')).toEqual([
      '10.96.0.10 . 80 . 0 : 10.1.0.6 . 8080',
    ]);
  });

  test('P3: external traffic policy Local asks who the client is, in order', () => {
    const table = build(
      {
        frontends: [loadBalancerIP('203.0.113.9', { kind: 'external-local' })],
        clusterEndpoints: two,
        localEndpoints: two.slice(1),
      },
      { localDetector: { kind: 'source-cidr', cidr: cidr('10.1.0.0/16') } },
    );
    expect(rulesOf(table, 'external-local-tcp-2-1')).toEqual([
      'ip saddr 10.1.0.0/16 goto pick-tcp-2',
      'fib saddr type local goto masquerade-pick-tcp-2',
      'goto pick-local-tcp-1',
    ]);
    expect(elementsOf(table, 'refused-services')).toEqual([]);
  });

  test('P3: without a local endpoint others are dropped, pods and the node are served', () => {
    const table = build({
      frontends: [
        loadBalancerIP('203.0.113.9', { kind: 'external-local' }),
        nodePort(30080, { kind: 'external-local' }),
      ],
      clusterEndpoints: two,
    });
    expect(rulesOf(table, 'external-local-tcp-2-0')).toEqual([
      'fib saddr type local goto masquerade-pick-tcp-2',
    ]);
    expect(elementsOf(table, 'refused-services')).toEqual(['203.0.113.9 . tcp . 80 : drop']);
    expect(elementsOf(table, 'refused-node-ports')).toEqual(['tcp . 30080 : drop']);
  });

  test('P1, P2: refused and dropped frontends are looked up after DNAT', () => {
    const table = build({
      protocol: 'UDP',
      frontends: [clusterIP('10.96.0.10', { kind: 'reject' }), nodePort(30080, { kind: 'drop' })],
    });
    expect(elementsOf(table, 'services')).toEqual([]);
    expect(elementsOf(table, 'refused-services')).toEqual(['10.96.0.10 . udp . 80 : goto refuse']);
    expect(elementsOf(table, 'refused-node-ports')).toEqual(['udp . 30080 : drop']);
    expect(rulesOf(table, 'refuse')).toEqual(['reject']);
  });

  test('P10: load-balancer IPs alone are protected, and overlapping ranges are merged', () => {
    const table = build({
      frontends: [
        clusterIP('10.96.0.10', pickCluster),
        loadBalancerIP('203.0.113.9', pickMasqueraded),
      ],
      clusterEndpoints: two,
      sourceRanges: [cidr('198.51.100.0/24'), cidr('198.51.100.0/25'), cidr('192.0.2.0/25')],
    });
    expect(elementsOf(table, 'protected-services')).toEqual(['203.0.113.9 . tcp . 80']);
    expect(elementsOf(table, 'allowed-sources')).toEqual([
      '203.0.113.9 . tcp . 80 . 192.0.2.0/25',
      '203.0.113.9 . tcp . 80 . 198.51.100.0/24',
    ]);
  });

  test('M6: only endpoints marked for it are in the hairpin set, each once', () => {
    const table = build({
      frontends: [clusterIP('10.96.0.10', pickCluster)],
      clusterEndpoints: two,
      localEndpoints: two.slice(1),
    });
    expect(elementsOf(table, 'hairpin')).toEqual(['10.1.0.6 . 10.1.0.6 . tcp . 8080']);
  });
});

describe('session affinity', () => {
  const sticky = {
    type: 'LoadBalancer',
    frontends: [
      clusterIP('10.96.0.10', pickCluster),
      loadBalancerIP('203.0.113.9', { kind: 'external-local' }),
      nodePort(30080, { kind: 'external-local' }),
    ],
    clusterEndpoints: [endpoint('10.1.0.10', 8081), endpoint('10.1.0.6', 8080)],
    localEndpoints: [endpoint('10.1.0.6', 8080)],
    affinityTimeout: 600,
  } as const;

  test('A1: one client map for all addresses, looked up before the random pick', () => {
    const table = build(sticky);
    expect(rulesOf(table, 'sticky-service/shop/web/tcp/http')).toEqual([
      'meta l4proto tcp dnat ip to ip saddr map @clients/shop/web/tcp/http/8080 : 8080',
      'meta l4proto tcp dnat ip to ip saddr map @clients/shop/web/tcp/http/8081 : 8081',
      'goto pick-tcp-2',
    ]);
    expect(rulesOf(table, 'sticky-node-port/shop/web/tcp/http')?.at(-1)).toBe(
      'goto pick-node-port-tcp-2',
    );
    expect(elementsOf(table, 'sticky-services-tcp')).toEqual([
      '10.96.0.10 . 80 : goto learn/shop/web/tcp/http',
      '203.0.113.9 . 80 : goto learn/shop/web/tcp/http',
    ]);
    expect(elementsOf(table, 'sticky-node-ports-tcp')).toEqual([
      '30080 : goto learn/shop/web/tcp/http',
    ]);
  });

  test('A4: local picks have pins of their own, learnt for local endpoints only', () => {
    const table = build(sticky);
    expect(rulesOf(table, 'sticky-local-service/shop/web/tcp/http')).toEqual([
      'meta l4proto tcp dnat ip to ip saddr map @clients-local/shop/web/tcp/http/8080 : 8080',
      'goto pick-local-tcp-1',
    ]);
    expect(rulesOf(table, 'learn/shop/web/tcp/http')?.at(-1)).toBe(
      'ip daddr . tcp dport @local-endpoints/shop/web/tcp/http tcp dport 8080 update @clients-local/shop/web/tcp/http/8080 { ip saddr : ip daddr }',
    );
  });

  test('a sticky ServicePort without endpoints needs nothing of the kind', () => {
    const table = build({
      ...sticky,
      frontends: [clusterIP('10.96.0.10', { kind: 'reject' })],
      clusterEndpoints: [],
      localEndpoints: [],
    });
    expect(table.collections.map(({ name }) => name).filter((name) => name.includes('/'))).toEqual(
      [],
    );
    expect(rulesOf(table, 'remember-clients')).toEqual([]);
  });
});
