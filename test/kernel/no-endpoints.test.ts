import { beforeAll, describe, expect, test } from 'vitest';
import { protocols } from '../../src/net/family.ts';
import { compileObjects } from '../support/compile-objects.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import {
  clusterOptions,
  describeCluster,
  expectAnswer,
  families,
  loadObjects,
  podEndpoints,
  podPort,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { createKernelNode } from '../support/kernel-node.ts';
import { type Host, hostAddresses, type Question } from '../support/netns.ts';

const ports = protocols.map((protocol, index) => ({
  name: protocol.toLowerCase(),
  protocol,
  port: 80,
  nodePort: 30080 + index,
}));

/** A Service of every kind of address, dual stack, without endpoints. */
const empty = serviceObject(
  'empty',
  {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.20',
    clusterIPs: ['10.96.0.20', 'fd00:10:96::20'],
    ipFamilies: ['IPv4', 'IPv6'],
    externalIPs: ['192.0.2.20', '2001:db8:99::20'],
    ports,
  },
  ['192.0.2.10', '2001:db8:99::10'],
);

/** A Service that works, for its unused ports. */
const working = families.flatMap((family) => {
  const clusterIP = { IPv4: '10.96.0.21', IPv6: 'fd00:10:96::21' }[family];
  const name = `working-${family.toLowerCase()}`;
  const spec = { clusterIP, ipFamilies: [family], ports: [{ name: 'http', port: 80 }] };
  return [serviceObject(name, spec), sliceObject(name, family, podEndpoints(family, ['pod-a']))];
});

/** A refusal that comes before anything is sent a second time, which TCP does after a second. */
const expectRefusalAtOnce = async (host: Host, question: Question) => {
  const { error, seconds } = await host.ask(question);
  expect(error, `from ${host.name}`).toBe('ECONNREFUSED');
  expect(seconds, `from ${host.name}`).toBeLessThan(1);
};

describeCluster('without endpoints', (cluster) => {
  beforeAll(() => loadObjects(cluster, [empty, ...working]));

  const destinations = [
    ['cluster IP', { IPv4: '10.96.0.20', IPv6: 'fd00:10:96::20' }],
    ['load-balancer IP', { IPv4: '192.0.2.10', IPv6: '2001:db8:99::10' }],
    ['external IP', { IPv4: '192.0.2.20', IPv6: '2001:db8:99::20' }],
  ] as const;

  describe.each(families)('%s', (family) => {
    describe.each(ports)('$protocol', ({ protocol, nodePort }) => {
      test.each(destinations)('%s refuses everyone at once (P1, P2, P7)', async (_, address) => {
        for (const host of [cluster.client, cluster.podA, cluster.node]) {
          await expectRefusalAtOnce(host, { to: address[family], port: 80, protocol });
        }
      });

      test('node port refuses everyone at once', async () => {
        const to = hostAddresses.node[family];
        for (const host of [cluster.client, cluster.podA, cluster.node]) {
          await expectRefusalAtOnce(host, { to, port: nodePort, protocol });
        }
      });
    });

    test('an unused port of a cluster IP refuses (K1)', async () => {
      const to = { IPv4: '10.96.0.21', IPv6: 'fd00:10:96::21' }[family];
      for (const host of [cluster.client, cluster.podA, cluster.node]) {
        await expectAnswer(host, { to, port: 80 }, 'pod-a');
        await expectRefusalAtOnce(host, { to, port: 81 });
      }
    });

    test('an unallocated address of the service range is silent (K2)', async () => {
      const to = { IPv4: '10.96.0.99', IPv6: 'fd00:10:96::99' }[family];
      for (const host of [cluster.client, cluster.podA, cluster.node]) {
        await expectAnswer(host, { to, port: 80 }, 'timeout');
      }
    });
  });
});

describeWithKernel('the cluster IP rules', () => {
  test('hold for every protocol, ping included, and leave other ranges alone (K1-K3)', async () => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      await node.load(compileObjects(working, clusterOptions));
      const from = { pod: '10.1.0.6', client: '203.0.113.2', node: '192.168.0.2' };
      const sent = Object.values(from).flatMap((source) =>
        (['TCP', 'UDP', 'SCTP', 'ICMP'] as const).flatMap((protocol) =>
          ['10.96.0.21', '10.96.0.99', '10.97.0.1'].map((to) => ({
            ...{ from: source, to, port: 81, protocol },
          })),
        ),
      );
      const outcomes = (await node.send(sent)).map((outcome) => outcome.kind);
      expect(outcomes).toEqual(sent.flatMap((_, i) => [['reject', 'drop', 'pass'][i % 3]]));
    } finally {
      await node.dispose();
    }
  });

  test('know no range when none is given', async () => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      await node.load(compileObjects(working, { ...clusterOptions, serviceCIDRs: [] }));
      const outcomes = await node.send([
        { from: '10.1.0.6', to: '10.96.0.99', port: podPort, protocol: 'TCP' },
        { from: '10.1.0.6', to: '10.96.0.21', port: podPort, protocol: 'TCP' },
      ]);
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['pass', 'reject']);
    } finally {
      await node.dispose();
    }
  });
});
