import { describe, expect, test } from 'vitest';
import { parseCidr } from '../../../src/net/cidr.ts';
import { buildNftables } from '../../../src/nftables/layout/build.ts';
import {
  clusterIP,
  endpoint,
  familyPlan,
  pickCluster,
  planOf,
  servicePort,
} from '../../support/plan.ts';
import { rulesOf, tableOf } from '../../support/table.ts';

/** Of a family that has a cluster IP, unless told otherwise. */
const build = (more: Parameters<typeof familyPlan>[0]) =>
  tableOf(
    buildNftables(planOf(familyPlan({ clusterIPs: ['10.96.0.9'], ...more }))),
    more?.family === 'IPv6' ? 'ip6' : 'ip',
  );

describe('the constant program', () => {
  test('M1: masquerade-all marks whatever goes to a cluster IP', () => {
    const dispatch = rulesOf(build({ masqueradeAll: true }), 'dispatch');
    expect(dispatch?.[0]).toBe('ip daddr @cluster-ips jump mark-for-masquerade');
  });

  test('M2, M11: a detector marks what is no local pod, by source or by interface', () => {
    const cidr = parseCidr('10.1.0.0/16');
    if (cidr === undefined) throw new Error('no CIDR');
    const first = (more: Parameters<typeof familyPlan>[0]) => rulesOf(build(more), 'dispatch')?.[0];
    expect(first({ localDetector: { kind: 'source-cidr', cidr } })).toBe(
      'ip daddr @cluster-ips ip saddr != 10.1.0.0/16 jump mark-for-masquerade',
    );
    expect(first({ localDetector: { kind: 'interface', name: 'cbr0' } })).toBe(
      'ip daddr @cluster-ips iifname != "cbr0" jump mark-for-masquerade',
    );
    expect(first({ localDetector: { kind: 'interface-prefix', prefix: 'veth' } })).toBe(
      'ip daddr @cluster-ips iifname != "veth*" jump mark-for-masquerade',
    );
  });

  test('M3: without a detector no connection to a cluster IP is marked', () => {
    expect(rulesOf(build({}), 'dispatch')?.[0]).toBe(
      'ip daddr . meta l4proto . th dport vmap @services',
    );
  });

  test('N10, ND2: the loopback guard stands with loopback node ports, and falls with them', () => {
    const all = { cidrs: [{ family: 'IPv4', address: '0.0.0.0', prefixLength: 0 }] } as const;
    const served = build({ nodePortAddresses: { ...all, loopback: true } });
    expect(rulesOf(served, 'filter-prerouting')?.[0]).toBe(
      'iifname != "lo" ip daddr 127.0.0.0/8 drop',
    );
    const unserved = build({ nodePortAddresses: { ...all, loopback: false } });
    expect(rulesOf(unserved, 'filter-prerouting')).toEqual(['ct state new jump source-ranges']);
    for (const chain of ['dispatch', 'refuse-node-ports'])
      expect(rulesOf(unserved, chain)?.at(-1)).toContain('ip daddr != 127.0.0.0/8');
  });

  test('N7: IPv6 node ports never answer on ::1', () => {
    const table = build({
      family: 'IPv6',
      nodePortAddresses: {
        cidrs: [{ family: 'IPv6', address: '::', prefixLength: 0 }],
        loopback: false,
      },
    });
    expect(rulesOf(table, 'dispatch')?.at(-1)).toBe(
      'fib daddr type local ip6 daddr != ::1 ip6 daddr @node-port-addresses meta l4proto . th dport vmap @node-ports',
    );
  });

  test('X12: the mark is one bit, set by or, tested by and, cleared by xor', () => {
    const table = build({ masqueradeMark: 0x8000 });
    expect(rulesOf(table, 'mark-for-masquerade')).toEqual(['meta mark set meta mark or 0x8000']);
    expect(rulesOf(table, 'nat-postrouting')).toContain(
      'meta mark & 0x8000 == 0x8000 meta mark set meta mark xor 0x8000 masquerade fully-random',
    );
  });

  test('chains do not grow with the number of Services', () => {
    const servicePorts = Array.from({ length: 50 }, (_, index) =>
      servicePort({
        service: `web-${index}`,
        frontends: [clusterIP(`10.96.0.${index}`, pickCluster)],
        clusterEndpoints: [endpoint('10.1.0.1'), endpoint('10.1.0.2')],
      }),
    );
    const chains = (count: number) => build({ servicePorts: servicePorts.slice(0, count) }).chains;
    expect(chains(50)).toEqual(chains(1));
  });
});

describe('a family without Services', () => {
  const all = { cidrs: [{ family: 'IPv4', address: '0.0.0.0', prefixLength: 0 }] } as const;

  test('has what others and the sysctls need of it, and nothing else', () => {
    const table = build({ clusterIPs: [], nodePortAddresses: { ...all, loopback: true } });
    expect(table.collections).toEqual([]);
    expect(table.chains.map(({ name }) => name)).toEqual(['filter-prerouting', 'nat-postrouting']);
    expect(rulesOf(table, 'filter-prerouting')).toEqual([
      'iifname != "lo" ip daddr 127.0.0.0/8 drop',
    ]);
    expect(rulesOf(table, 'nat-postrouting')).toEqual([
      'meta mark & 0x4000 == 0x4000 meta mark set meta mark xor 0x4000 masquerade fully-random',
    ]);
    const without = build({ clusterIPs: [], nodePortAddresses: { ...all, loopback: false } });
    expect(without.chains.map(({ name }) => name)).toEqual(['nat-postrouting']);
  });

  test.each([
    ['a cluster IP', { clusterIPs: ['10.96.0.9'] }],
    ["another proxy's cluster IP", { otherProxyClusterIPs: ['10.96.0.9'] }],
    ['a network of Services', { serviceCIDRs: all.cidrs }],
  ])('has the whole program for %s', (_, more) => {
    expect(build({ clusterIPs: [], ...more }).chains.length).toBeGreaterThan(10);
  });
});
