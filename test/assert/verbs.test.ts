/** Every kind of statement, kept and broken, on both backends; and what a broken one tells. */
import { describe, expect, test } from 'vitest';
import { witnessText } from '../../src/assert/breach.ts';
import type { CompileOptions } from '../../src/options.ts';
import { subjectOf, verdictsOf } from '../support/assertions.ts';
import { serviceObject, sliceObject } from '../support/kernel-cluster.ts';

const options: Partial<CompileOptions> = {
  nodeName: 'node-1',
  nodeIPs: ['192.168.0.2'],
  clusterCIDRs: ['10.1.0.0/16'],
};

const endpoints = (...addresses: readonly string[]): readonly object[] =>
  addresses.map((address) => ({ addresses: [address], nodeName: 'node-1' }));

const web = (spec: object = {}, ...addresses: readonly string[]): readonly object[] => [
  serviceObject(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.10',
      externalIPs: ['192.0.2.20'],
      loadBalancerSourceRanges: ['198.51.100.0/24', '10.1.0.0/16'],
      ports: [{ name: 'http', port: 80, nodePort: 30080 }],
      ...spec,
    },
    ['192.0.2.10'],
  ),
  sliceObject(
    'web',
    'IPv4',
    endpoints(...(addresses.length === 0 ? ['10.1.0.5', '10.1.0.6', '10.1.0.7'] : addresses)),
  ),
];

const admin = (spec: object = {}): readonly object[] => [
  serviceObject('admin', {
    clusterIP: '10.96.0.11',
    ports: [{ name: 'http', port: 81 }],
    ...spec,
  }),
  sliceObject('admin', 'IPv4', endpoints('10.1.0.9')),
];

interface Case {
  readonly rule: string;
  readonly kept: readonly object[];
  readonly broken: readonly object[];
  /** What the first breach says. */
  readonly says: string;
  /** How its packet goes; undefined: there is none. */
  readonly packet?: string;
  readonly before?: readonly object[];
}

const nodePort = { type: 'NodePort', ports: [{ name: 'http', port: 81, nodePort: 30081 }] };

const cases: Readonly<Record<string, Case>> = {
  mustNotReach: {
    rule: '{from: outside, mustNotReach: {service: shop/admin}}',
    kept: admin(),
    broken: admin(nodePort),
    says: 'shop/admin:http answers clients outside at 192.168.0.2:30081/TCP (NodePort)',
    packet: '203.0.113.77 to 192.168.0.2:30081/TCP: sent to 10.1.0.9:8080, source rewritten',
  },
  'mustNotReach, from a network inside the source ranges': {
    rule: '{from: 198.51.100.128/25, mustNotReach: {service: shop/web, kind: LoadBalancer}}',
    kept: web({ loadBalancerSourceRanges: ['198.51.100.0/25'] }),
    broken: web(),
    says: 'shop/web:http answers clients in 198.51.100.128/25 at 192.0.2.10:80/TCP (LoadBalancer)',
    packet: '198.51.100.129 to 192.0.2.10:80/TCP: sent to',
  },
  'mustNotReach, part of the clients': {
    rule: '{from: outside, mustNotReach: {address: 192.0.2.10}}',
    kept: web({ loadBalancerSourceRanges: ['10.1.0.0/16'] }),
    broken: web(),
    says: 'shop/web:http answers 198.51.100.0/24 at 192.0.2.10:80/TCP (LoadBalancer)',
    packet: '198.51.100.77 to 192.0.2.10:80/TCP',
  },
  'mustNotReach, endpoints of a namespace': {
    rule: '{from: {service: shop/admin}, mustNotReach: {service: shop/web, kind: LoadBalancer}}',
    kept: [...admin(), ...web({ loadBalancerSourceRanges: ['198.51.100.0/24'] })],
    broken: [...admin(), ...web()],
    says: 'shop/web:http answers endpoints of shop/admin at 192.0.2.10:80/TCP (LoadBalancer)',
    packet: '10.1.0.9 to 192.0.2.10:80/TCP',
  },
  mustReach: {
    rule: '{from: pods, mustReach: {service: shop/web, kind: LoadBalancer}}',
    kept: web(),
    broken: web({ loadBalancerSourceRanges: ['198.51.100.0/24'] }),
    says: 'pods cannot reach shop/web:http at 192.0.2.10:80/TCP (LoadBalancer): dropped',
    packet: 'to 192.0.2.10:80/TCP: dropped',
  },
  'mustReach, a Service that is not there': {
    rule: '{from: pods, mustReach: {service: shop/web}}',
    kept: web(),
    broken: admin(),
    says: 'nothing of Service shop/web is there for pods',
  },
  'mustReach, an address and port': {
    rule: '{from: pods, mustReach: {address: 10.96.0.10, ports: 80}}',
    kept: web(),
    broken: web({ ports: [{ name: 'http', port: 8081, nodePort: 30080 }] }),
    says: 'pods cannot reach 10.96.0.10:80/TCP: refused',
    packet: 'to 10.96.0.10:80/TCP: refused',
  },
  mayReachOnly: {
    rule: '{from: outside, mayReachOnly: [{service: shop/web, ports: http}, {nodePorts: 31000}]}',
    kept: [...web(), ...admin()],
    broken: [...web(), ...admin(nodePort)],
    says: 'shop/admin:http answers clients outside at 192.168.0.2:30081/TCP (NodePort)',
    packet: '192.168.0.2:30081/TCP',
  },
  'mayReachOnly what it did before': {
    rule: '{from: outside, mayReachOnly: before}',
    before: [...web(), ...admin()],
    kept: [...web({}, '10.1.0.6'), ...admin()],
    broken: [...web({ loadBalancerSourceRanges: ['198.51.0.0/16'] }), ...admin()],
    says: 'shop/web:http answers 198.51.0.0/16 except 198.51.100.0/24 at 192.0.2.10:80/TCP (LoadBalancer)',
    packet: 'to 192.0.2.10:80/TCP: sent to',
  },
  mustKeepClientAddress: {
    rule: '{from: outside, mustKeepClientAddress: {service: shop/web, kind: [LoadBalancer, NodePort]}}',
    kept: web({ externalTrafficPolicy: 'Local' }),
    broken: web(),
    says: 'endpoints of shop/web:http see an address of this node instead of 198.51.100.0/24 at 192.0.2.10:80/TCP (LoadBalancer)',
    packet: 'source rewritten',
  },
  mustHaveEndpoints: {
    rule: '{mustHaveEndpoints: 2}',
    kept: web(),
    broken: web({}, '10.1.0.5'),
    says: 'shop/web:http has 1 endpoint at 10.96.0.10:80/TCP (ClusterIP), and must have 2',
    packet: 'sent to 10.1.0.5:8080',
  },
  'mustHaveEndpoints, where there are none': {
    rule: '{services: shop/*, mustHaveEndpoints: {atLeast: 1}}',
    kept: web(),
    broken: web().slice(0, 1),
    says: 'shop/web:http has 0 endpoints at 10.96.0.10:80/TCP (ClusterIP), and must have 1',
    packet: ': refused',
  },
  'mustHaveEndpoints, half of those before': {
    rule: '{mustHaveEndpoints: {ofBefore: half}}',
    before: web(),
    kept: web({}, '10.1.0.5', '10.1.0.6'),
    broken: web({}, '10.1.0.5'),
    says: 'shop/web:http has 1 of 3 endpoints left at 10.96.0.10:80/TCP (ClusterIP), and must keep 1/2 of them',
    packet: 'sent to 10.1.0.5:8080',
  },
  'mustHaveEndpoints, of a Service that is gone': {
    rule: '{mustHaveEndpoints: {ofBefore: half}}',
    before: [...web(), ...admin()],
    kept: [...web(), ...admin()],
    broken: web(),
    says: 'shop/admin:http has 0 of 1 endpoint left (passed on untouched) at 10.96.0.11:81/TCP (ClusterIP), and must keep 1/2 of them',
    packet: 'to 10.96.0.11:81/TCP',
  },
  externalIPsMustBeIn: {
    rule: '{externalIPsMustBeIn: [192.0.2.0/24]}',
    kept: web(),
    broken: web({ externalIPs: ['192.0.2.20', '8.8.8.8'] }),
    says: 'the ExternalIP 8.8.8.8 of shop/web is in none of 192.0.2.0/24',
    packet: 'to 8.8.8.8:80/TCP: sent to',
  },
  loadBalancerIPsMustBeIn: {
    rule: '{exceptServices: shop/admin, loadBalancerIPsMustBeIn: 192.0.2.10}',
    kept: web(),
    broken: [
      ...web().slice(1),
      { ...web()[0], status: { loadBalancer: { ingress: [{ ip: '192.0.2.11' }] } } },
    ],
    says: 'the LoadBalancer 192.0.2.11 of shop/web is in none of 192.0.2.10',
    packet: 'to 192.0.2.11:80/TCP',
  },
  nodePortsMustBeIn: {
    rule: '{nodePortsMustBeIn: [30000-30080/TCP, 30090]}',
    kept: web(),
    broken: admin(nodePort),
    says: 'node port 30081/TCP of shop/admin is in none of 30000-30080/TCP, 30090',
    packet: 'to 192.168.0.2:30081/TCP',
  },
  mayBeAnsweredOnlyBy: {
    rule: '{addresses: [{service: shop/web}, 10.0.0.53], mayBeAnsweredOnlyBy: shop/web}',
    kept: [...web(), ...admin()],
    broken: [...web(), ...admin({ externalIPs: ['10.1.0.5'] })],
    says: 'shop/admin answers at 10.1.0.5:81/TCP, and only shop/web may',
    packet: 'to 10.1.0.5:81/TCP: sent to 10.1.0.9:8080',
  },
};

describe.each(['nftables', 'iptables'] as const)('by %s', (backend) => {
  test.each(Object.entries(cases))('%s', (name, { rule, kept, broken, says, packet, before }) => {
    const text = `- ${rule.replace('{', `{name: ${JSON.stringify(name)}, `)}\n`;
    const judge = (objects: readonly object[]) =>
      verdictsOf(
        text,
        subjectOf(objects, options, backend),
        before && subjectOf(before, options, backend),
      );
    expect(judge(kept).flatMap(({ breaches }) => breaches.map((each) => each.text))).toEqual([]);
    const [verdict] = judge(broken);
    const texts = verdict!.breaches.map((each) => each.text);
    expect(texts).toContain(says);
    const breach = verdict!.breaches.find((each) => each.text === says)!;
    if (packet === undefined) expect(breach.witness).toBeUndefined();
    else expect(witnessText(breach.witness!)).toContain(packet);
  });
});

test('what was written for something that is not there is told', () => {
  const remarks = (rule: string) =>
    verdictsOf(`- ${rule.replace('{', '{name: a, ')}\n`, subjectOf(web(), options))[0]!.remarks;
  expect(remarks('{from: pods, mustNotReach: {service: shop/wbe}}')).toEqual([
    'no destination is Service shop/wbe',
  ]);
  expect(remarks('{services: [shop/*, bank/*], mustHaveEndpoints: 1}')).toEqual([
    'no Service with an address is bank/*',
  ]);
  expect(remarks('{addresses: [{service: default/kubernetes}], mayBeAnsweredOnlyBy: a/b}')).toEqual(
    ['no Service with an address is default/kubernetes'],
  );
});

test('an open loopback is reached, where the running kernel routes to it and nothing guards it', () => {
  const rule =
    '- {name: a, from: [outside, pods], mustNotReach: {address: [127.0.0.0/8, "::1"]}}\n';
  const subject = subjectOf(admin(nodePort), options);
  expect(verdictsOf(rule, subject)[0]!.breaches).toEqual([]);
  const tables = subject.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rules: chain.rules.filter(
        ({ statements }) =>
          !statements.some((each) => each.kind === 'address' && each.network === '127.0.0.0/8'),
      ),
    })),
  }));
  const open = { ...subject, ruleset: { tables }, routeLocalnet: true };
  const texts = verdictsOf(rule, open)[0]!.breaches.map((each) => each.text);
  expect(texts).toContain(
    'shop/admin:http answers clients outside, pods at 127.0.0.1:30081/TCP (NodePort)',
  );
  expect(
    texts.some((text) =>
      /^the loopback address 127\.\S+ of this node is open to clients outside, pods$/.test(text),
    ),
  ).toBe(true);
});

test('clients outside do not count at cluster IPs, unless the assertion says so', () => {
  const count = (more: string) =>
    verdictsOf(
      `- {name: a, from: outside, mustNotReach: {service: shop/admin}${more}}\n`,
      subjectOf(admin(), options),
    )[0]!.breaches.length;
  expect([count(''), count(', clusterIPs: true')]).toEqual([0, 1]);
});

test('a mark is written as everything else writes it', () => {
  const text = witnessText({
    packet: {
      family: 'ip',
      source: '203.0.113.1',
      destination: '10.96.0.10',
      destinationPort: 80,
      protocol: 'tcp',
      inInterface: 'eth0',
      mark: 0x4000,
    },
    nodeAddresses: new Set(),
    behaviour: { branches: [] },
    isThroughTold: false,
  });
  expect(text).toMatch(/^203\.0\.113\.1 with mark 0x4000 to 10\.96\.0\.10:80\/TCP: /);
});

test("an address that only stands for this node's is not named as where a node port is", () => {
  const rule = '- {name: a, from: outside, mustNotReach: {nodePorts: all}}\n';
  const breachOf = (nodeIPs: readonly string[]) => {
    const [breach] = verdictsOf(rule, subjectOf(admin(nodePort), { ...options, nodeIPs }))[0]!
      .breaches;
    return [breach!.text, witnessText(breach!.witness!)] as const;
  };
  const [text, packet] = breachOf([]);
  expect(text).toBe('shop/admin:http answers clients outside at node port 30081/TCP');
  const [, address] = / to (\S+):30081\/TCP/.exec(packet) ?? [];
  expect(packet).toContain(`(${address} stands for this node)`);
  const [known, own] = breachOf(['192.168.0.2']);
  expect(known).toContain('at 192.168.0.2:30081/TCP (NodePort)');
  expect(own).not.toContain('stands for');
});
