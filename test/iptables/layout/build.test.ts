import { describe, expect, test } from 'vitest';
import { parseCidr } from '../../../src/net/cidr.ts';
import { iptablesRulesOf } from '../../support/iptables-rules.ts';
import * as plans from '../../support/plan.ts';

const cidr = (text: string) => parseCidr(text)!;
const pods = { kind: 'source-cidr', cidr: cidr('10.1.0.0/16') } as const;
const endpoints = ['10.1.0.6', '10.1.0.7', '10.1.0.8'].map((address) => plans.endpoint(address));
const remote = endpoints.map((endpoint) => ({ ...endpoint, hairpin: false }));

describe('picking an endpoint', () => {
  const servicePort = plans.servicePort({
    frontends: [plans.clusterIP('10.96.0.10', plans.pickCluster)],
    clusterEndpoints: [...endpoints.slice(0, 1), ...remote.slice(1)],
  });

  test('is a ladder of 1/(n-i); only a hairpin needs a chain (I5, I8, ND3)', () => {
    const rules = iptablesRulesOf(plans.familyPlan({ servicePorts: [servicePort] }));
    expect(rules('nat', 'SVC')).toEqual([
      '-m statistic --mode random --probability 0.3333333333 -j SEP1',
      '-p tcp -m statistic --mode random --probability 0.5000000000 -j DNAT --to-destination 10.1.0.7:8080',
      '-p tcp -j DNAT --to-destination 10.1.0.8:8080',
    ]);
    expect(rules('nat', 'SEP1')).toEqual([
      '-s 10.1.0.6 -j MARK-FOR-MASQUERADE',
      '-p tcp -j DNAT --to-destination 10.1.0.6:8080',
    ]);
  });

  test('cluster IPs are masqueraded for clients that are no pods, or for all (M1, M2)', () => {
    const of = (more: Parameters<typeof plans.familyPlan>[0]) =>
      iptablesRulesOf(
        plans.familyPlan({ clusterIPs: ['10.96.0.10'], servicePorts: [servicePort], ...more }),
      )('nat', 'SVC')[0];
    const rest = '-d 10.96.0.10 -p tcp -m tcp --dport 80 -j MARK-FOR-MASQUERADE';
    expect(of({ localDetector: pods })).toBe(`! -s 10.1.0.0/16 ${rest}`);
    expect(of({ localDetector: pods, masqueradeAll: true })).toBe(rest);
    expect(of({ localDetector: { kind: 'interface', name: 'cbr0' } })).toBe(`! -i "cbr0" ${rest}`);
    expect(of({ localDetector: { kind: 'interface-prefix', prefix: 'veth' } })).toBe(
      `! -i "veth+" ${rest}`,
    );
    // A name has at most 15 characters: what begins with these is these.
    const longest = 'veth-0123456789';
    expect(of({ localDetector: { kind: 'interface-prefix', prefix: longest } })).toBe(
      `! -i "${longest}" ${rest}`,
    );
    expect(of({})).toMatch(/^-m statistic/);
  });

  test('sticky clients are looked for before the ladder, whatever the list (A2, A4)', () => {
    const rules = iptablesRulesOf(
      plans.familyPlan({
        servicePorts: [
          plans.servicePort({
            affinityTimeout: 60,
            frontends: [
              plans.clusterIP('10.96.0.10', plans.pickLocal),
              plans.nodePort(30080, plans.pickMasqueraded),
            ],
            clusterEndpoints: remote.slice(0, 2),
            localEndpoints: remote.slice(1, 2),
          }),
        ],
      }),
    );
    const look = (chain: string) =>
      `-m recent --name ${chain} --rcheck --seconds 60 --reap --rsource -j ${chain}`;
    expect(rules('nat', 'SVL')).toEqual([look('SEP1'), '-j SEP1']);
    expect(rules('nat', 'SVC').slice(0, 2)).toEqual([look('SEP2'), look('SEP1')]);
    expect(rules('nat', 'SEP1')).toEqual([
      '-p tcp -m recent --name SEP1 --set --rsource -j DNAT --to-destination 10.1.0.7:8080',
    ]);
  });
});

test('external traffic policy Local asks who the client is (P3)', () => {
  const servicePort = plans.servicePort({
    frontends: [plans.loadBalancerIP('1.2.3.4', { kind: 'external-local' })],
    clusterEndpoints: endpoints,
  });
  const of = (localEndpoints: typeof endpoints) =>
    iptablesRulesOf(
      plans.familyPlan({
        localDetector: pods,
        servicePorts: [{ ...servicePort, localEndpoints }],
      }),
    );
  const common = [
    '-s 10.1.0.0/16 -g SVC',
    '-m addrtype --src-type LOCAL -j MARK-FOR-MASQUERADE',
    '-m addrtype --src-type LOCAL -g SVC',
  ];
  expect(of(endpoints.slice(0, 1))('nat', 'ETP')).toEqual([...common, '-g SVL']);
  expect(of(endpoints.slice(0, 1))('filter', 'REFUSE-SERVICES')).toEqual([]);
  expect(of([])('nat', 'ETP')).toEqual(common);
  expect(of([])('filter', 'REFUSE-SERVICES')).toEqual([
    '-d 1.2.3.4 -p tcp -m tcp --dport 80 -m comment --comment "shop/web:http has no local endpoints" -j DROP',
  ]);
});

test('source ranges are checked before DNAT, also without endpoints (P10, ND6)', () => {
  const rules = iptablesRulesOf(
    plans.familyPlan({
      servicePorts: [
        plans.servicePort({
          frontends: [
            plans.clusterIP('10.96.0.10', { kind: 'reject' }),
            plans.loadBalancerIP('1.2.3.4', { kind: 'reject' }),
          ],
          sourceRanges: [cidr('203.0.113.0/25'), cidr('203.0.113.128/25')],
        }),
      ],
    }),
  );
  expect(rules('mangle', 'PREROUTING').at(-1)).toBe('-m conntrack --ctstate NEW -j SOURCE-RANGES');
  expect(rules('mangle', 'OUTPUT')).toEqual(['-m conntrack --ctstate NEW -j SOURCE-RANGES']);
  expect(rules('mangle', 'SOURCE-RANGES')).toEqual([
    '-d 1.2.3.4 -p tcp -m tcp --dport 80 -m comment --comment "shop/web:http source ranges" -g FW',
  ]);
  expect(rules('mangle', 'FW')).toEqual([
    '-s 203.0.113.0/24 -j RETURN',
    '-m comment --comment "shop/web:http" -j DROP',
  ]);
  expect(rules('filter', 'REFUSE-SERVICES')).toHaveLength(2);
});

describe('node ports', () => {
  const servicePorts = [
    plans.servicePort({
      frontends: [plans.nodePort(30080, plans.pickMasqueraded)],
      clusterEndpoints: remote.slice(0, 1),
    }),
    plans.servicePort({ portName: 'b', frontends: [plans.nodePort(30081, { kind: 'reject' })] }),
  ];
  const of = (cidrs: readonly string[], loopback: boolean) =>
    iptablesRulesOf(
      plans.familyPlan({
        servicePorts,
        nodePortAddresses: { cidrs: cidrs.map(cidr), loopback },
      }),
    );

  test('answer on local addresses of the listed networks, refusals too (N9, N11)', () => {
    const rules = of(['192.168.0.0/24', '192.168.1.2/32'], false);
    expect(rules('nat', 'SERVICES')).toEqual([
      '-d 192.168.0.0/24 -m addrtype --dst-type LOCAL -j NODE-PORTS',
      '-d 192.168.1.2/32 -m addrtype --dst-type LOCAL -j NODE-PORTS',
    ]);
    expect(rules('nat', 'NODE-PORTS')[0]).toBe('-d 127.0.0.0/8 -j RETURN');
    expect(rules('filter', 'INPUT')).toEqual([
      '-d 192.168.0.0/24 -m conntrack --ctstate NEW -j REFUSE-NODE-PORTS',
      '-d 192.168.1.2/32 -m conntrack --ctstate NEW -j REFUSE-NODE-PORTS',
    ]);
    expect(rules('filter', 'REFUSE-NODE-PORTS')[0]).toBe('-d 127.0.0.0/8 -j RETURN');
    expect(rules('mangle', 'PREROUTING')).toEqual([]);
  });

  test('on the loopback need the guard (N10, ND2)', () => {
    const rules = of(['0.0.0.0/0'], true);
    expect(rules('nat', 'SERVICES')).toEqual(['-m addrtype --dst-type LOCAL -j NODE-PORTS']);
    expect(rules('nat', 'NODE-PORTS')[0]).toMatch(/^-p tcp -m tcp --dport 30080/);
    expect(rules('mangle', 'PREROUTING')).toEqual([
      expect.stringMatching(/^! -i "lo" -d 127\.0\.0\.0\/8 .*-j DROP$/),
    ]);
  });
});

test('unused ports and addresses of no Service are refused, behind one match of the network (K1, K2)', () => {
  const of = (serviceCIDRs: readonly string[]) =>
    iptablesRulesOf(
      plans.familyPlan({
        clusterIPs: ['10.96.0.10', '10.96.0.200', '10.97.0.1'],
        otherProxyClusterIPs: ['10.96.0.9'],
        serviceCIDRs: serviceCIDRs.map(cidr),
      }),
    );
  const jumpsTo = (...networks: readonly string[]) =>
    networks.map((network) => `-d ${network} -m conntrack --ctstate NEW -j REFUSE-CLUSTER-IPS`);
  const known = of(['10.96.0.0/24']);
  expect(known('filter', 'FORWARD')).toEqual(jumpsTo('10.96.0.0/24', '10.97.0.1/32'));
  expect(known('filter', 'OUTPUT')).toEqual(known('filter', 'FORWARD'));
  expect(known('filter', 'INPUT')).toEqual([]);
  expect(known('filter', 'REFUSE-CLUSTER-IPS')).toEqual([
    '-d 10.96.0.10 -j REJECT',
    '-d 10.96.0.200 -j REJECT',
    '-d 10.97.0.1 -j REJECT',
    '-d 10.96.0.9 -j RETURN',
    '-d 10.96.0.0/24 -j DROP',
  ]);
  expect(of([])('filter', 'FORWARD')).toEqual(jumpsTo('10.96.0.0/15'));
});
