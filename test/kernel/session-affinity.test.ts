import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { IpFamily } from '../../src/net/family.ts';
import { protocols } from '../../src/net/family.ts';
import { compileObjects } from '../support/compile-objects.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import {
  allPods,
  clusterOptions,
  describeCluster,
  families,
  loadObjects,
  podEndpoints,
  podPort,
  seen,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { createKernelNode, type KernelNode, type SentPacket } from '../support/kernel-node.ts';
import { hostAddresses } from '../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' } as const;
const vip = { IPv4: '192.0.2.10', IPv6: '2001:db8:99::10' } as const;
const externalIP = { IPv4: '192.0.2.20', IPv6: '2001:db8:99::20' } as const;

/** The ports of the sticky Service: one per protocol, and a second TCP port. */
const ports = [
  { name: 'tcp', protocol: 'TCP', port: 80, nodePort: 30080 },
  { name: 'udp', protocol: 'UDP', port: 80, nodePort: 30080 },
  { name: 'sctp', protocol: 'SCTP', port: 80, nodePort: 30080 },
  { name: 'other', protocol: 'TCP', port: 81, nodePort: 30081 },
] as const;

const slicePorts = ports.map(({ name, protocol }) => ({ name, protocol, port: podPort }));

const sticky = (timeoutSeconds: number, more: object = {}) =>
  serviceObject(
    'sticky',
    {
      type: 'LoadBalancer',
      clusterIP: clusterIP.IPv4,
      clusterIPs: Object.values(clusterIP),
      ipFamilies: families,
      externalIPs: Object.values(externalIP),
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds } },
      ports,
      ...more,
    },
    Object.values(vip),
  );

const podSlices = families.map((family) =>
  sliceObject('sticky', family, podEndpoints(family, allPods), slicePorts),
);

/** Clients enough that they all choose alike by chance once in 1e19 runs. */
const clients: Readonly<Record<IpFamily, readonly string[]>> = {
  IPv4: Array.from({ length: 40 }, (_, i) => `203.0.113.${i + 1}`),
  IPv6: Array.from({ length: 40 }, (_, i) => `2600:5200::${i + 1}`),
};

describeCluster('a sticky Service', (cluster) => {
  beforeAll(() => loadObjects(cluster, [sticky(600), ...podSlices]));

  describe.each(families)('%s', (family) => {
    test.each(protocols)(
      'keeps a client to one pod over all its addresses: %s (A1)',
      async (protocol) => {
        const first = await cluster.client.ask({ to: clusterIP[family], port: 80, protocol });
        expect(allPods).toContain(first.answeredBy);
        for (const [to, port] of [
          [clusterIP[family], 80],
          [vip[family], 80],
          [externalIP[family], 80],
          [hostAddresses.node[family], 30080],
        ] as const) {
          const answers = await cluster.client.askMany({ to, port, protocol }, 20);
          expect(seen(answers), `${to}:${port}`).toEqual([first.answeredBy]);
        }
      },
    );

    test('keeps pods and processes on the node as well', async () => {
      for (const host of [cluster.podA, cluster.node]) {
        const answers = await host.askMany({ to: clusterIP[family], port: 80 }, 20);
        expect(seen(answers), host.name).toHaveLength(1);
        expect(allPods).toContain(answers[0]?.answeredBy);
      }
    });
  });

  test('learns nothing from a port of a cluster IP with the number of its node port', async () => {
    const plain = serviceObject('plain', {
      clusterIP: '10.96.0.11',
      ports: [{ name: 'tcp', protocol: 'TCP', port: 30080 }],
    });
    const slice = sliceObject('plain', 'IPv4', podEndpoints('IPv4', allPods), [
      { name: 'tcp', protocol: 'TCP', port: podPort },
    ]);
    await loadObjects(cluster, [sticky(600), ...podSlices, plain, slice]);
    const learnt = async () =>
      (await cluster.node.must(['nft', 'list', 'table', 'ip', 'natc'])).includes(' expires ');
    const answers = await cluster.client.askMany({ to: '10.96.0.11', port: 30080 }, 20);
    expect([seen(answers).length > 1, await learnt()]).toEqual([true, false]);
    await cluster.client.ask({ to: hostAddresses.node.IPv4, port: 30080 });
    expect(await learnt()).toBe(true);
  });

  test('counts its time from the last new connection, not from the last packet (A3)', async () => {
    await loadObjects(cluster, [sticky(1), ...podSlices]);
    const sources = Array.from({ length: 20 }, (_, i) => `198.51.100.${100 + i}`);
    const lines = sources.map((source) => `addr add ${source}/32 dev eth0\n`).join('');
    expect((await cluster.client.run(['ip', '-batch', '-'], lines)).status).toBe(0);
    const via = ['via', hostAddresses.client.IPv4, 'dev', 'eth0'];
    await cluster.node.must(['ip', 'route', 'add', '198.51.100.0/24', ...via]);
    const connections = await Promise.all(
      sources.map((source) => cluster.client.open(vip.IPv4, 80, source)),
    );
    for (let i = 0; i < 9; i++) {
      await sleep(200);
      await Promise.all(connections.map((connection) => connection.echo('still here')));
    }
    const later = await Promise.all(
      sources.map((from) => cluster.client.ask({ to: vip.IPv4, port: 80, from })),
    );
    const before = connections.map((connection) => connection.answeredBy);
    expect(later.map((answer) => answer.answeredBy)).not.toEqual(before);
  });
});

describeWithKernel('session affinity', () => {
  const withNode = (name: string, body: (node: KernelNode) => Promise<void>) =>
    test.concurrent(name, async () => {
      const node = await createKernelNode({ localIPs: Object.values(hostAddresses.node) });
      try {
        await body(node);
      } finally {
        await node.dispose();
      }
    });

  const load = (node: KernelNode, objects: readonly object[]) =>
    node.load(compileObjects(objects, clusterOptions));

  const picks = async (node: KernelNode, packets: readonly SentPacket[]) =>
    (await node.send(packets)).map((outcome) =>
      outcome.kind === 'dnat' ? outcome.to : outcome.kind,
    );

  const fromAll = (family: IpFamily, packet: Partial<SentPacket> = {}): readonly SentPacket[] =>
    clients[family].map((from) => ({
      ...{ from, to: clusterIP[family], port: 80, protocol: 'TCP', ...packet },
    }));

  for (const family of families) {
    for (const protocol of protocols) {
      withNode(`pins each client by itself: ${family}, ${protocol} (A1, A7)`, async (node) => {
        await load(node, [sticky(600), ...podSlices]);
        // Over the node port everyone is masqueraded to the same address: pins go by the client's own.
        const atNodePort = { protocol, to: hostAddresses.node[family], port: 30080 };
        const first = await picks(node, fromAll(family, atNodePort));
        expect(new Set(first).size).toBe(3);
        for (let i = 0; i < 5; i++) {
          expect(await picks(node, fromAll(family, atNodePort))).toEqual(first);
          expect(await picks(node, fromAll(family, { protocol }))).toEqual(first);
          expect(await picks(node, fromAll(family, { protocol, to: vip[family] }))).toEqual(first);
        }
      });
    }

    withNode(`pins the ports of a Service independently: ${family} (A1)`, async (node) => {
      await load(node, [sticky(600), ...podSlices]);
      const first = await picks(node, fromAll(family));
      const other = await picks(node, fromAll(family, { port: 81 }));
      const udp = await picks(node, fromAll(family, { protocol: 'UDP' }));
      expect(other).not.toEqual(first);
      expect(udp).not.toEqual(first);
      expect(await picks(node, fromAll(family, { port: 81 }))).toEqual(other);
      expect(await picks(node, fromAll(family))).toEqual(first);
    });

    withNode(`ends after its timeout: ${family}`, async (node) => {
      await load(node, [sticky(2), ...podSlices]);
      const first = await picks(node, fromAll(family));
      expect(await picks(node, fromAll(family))).toEqual(first);
      await sleep(2600);
      const second = await picks(node, fromAll(family));
      expect(second).not.toEqual(first);
      expect(await picks(node, fromAll(family))).toEqual(second);
    });

    withNode(`is refreshed by each new connection: ${family} (A3)`, async (node) => {
      await load(node, [sticky(3), ...podSlices]);
      const first = await picks(node, fromAll(family));
      for (const seconds of [1.3, 2.6, 3.9]) {
        await sleep(1300);
        expect(await picks(node, fromAll(family)), `after ${seconds} s`).toEqual(first);
      }
    });

    withNode(
      `serves clients beyond the size of its table, unpinned: ${family} (A10)`,
      async (node) => {
        const ruleset = compileObjects([sticky(600), ...podSlices], clusterOptions);
        await node.load(ruleset.replaceAll('flags dynamic', 'size 2\n\t\tflags dynamic'));
        const first = await picks(node, fromAll(family));
        expect(first.filter((to) => !to.includes(':808'))).toEqual([]);
        const again = await picks(node, fromAll(family));
        expect(again.slice(0, 2)).toEqual(first.slice(0, 2));
        expect(again).not.toEqual(first);
      },
    );

    withNode(`works for host-network endpoints: ${family}`, async (node) => {
      const onNode = { addresses: [hostAddresses.node[family]], nodeName: 'node-1' };
      const elsewhere = podEndpoints(family, ['pod-a', 'pod-c']);
      await load(node, [
        sticky(600),
        sliceObject('sticky', family, [onNode, ...elsewhere], slicePorts),
      ]);
      const first = await picks(node, fromAll(family));
      expect(new Set(first).size).toBe(3);
      for (let i = 0; i < 5; i++) {
        expect(await picks(node, fromAll(family))).toEqual(first);
        expect(await picks(node, fromAll(family, { to: vip[family] }))).toEqual(first);
      }
    });

    withNode(`applies only among the endpoints in use: ${family} (A4, A6)`, async (node) => {
      await load(node, [sticky(600, { externalTrafficPolicy: 'Local' }), ...podSlices]);
      const overCluster = await picks(node, fromAll(family));
      const remote = hostAddresses['pod-c'][family];
      expect(overCluster.some((to) => to.includes(remote))).toBe(true);
      const overVip = await picks(node, fromAll(family, { to: vip[family] }));
      expect(overVip.filter((to) => to.includes(remote))).toEqual([]);
      expect(new Set(overVip).size).toBe(2);
      // A pin to a local endpoint holds there too.
      const isLocal = overCluster.map((to) => !to.includes(remote));
      expect(overVip.filter((_, i) => isLocal[i])).toEqual(
        overCluster.filter((_, i) => isLocal[i]),
      );
      expect(await picks(node, fromAll(family, { to: vip[family] }))).toEqual(overVip);
    });
  }

  withNode('is off by default', async (node) => {
    await load(node, [
      sticky(600, { sessionAffinity: 'None', sessionAffinityConfig: undefined }),
      ...podSlices,
    ]);
    const first = await picks(node, fromAll('IPv4'));
    expect(await picks(node, fromAll('IPv4'))).not.toEqual(first);
  });
});
