import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IpFamily } from '../../src/net/family.ts';
import { compileObjects } from '../support/compile-objects.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import {
  allPods,
  clusterOptions,
  describeCluster,
  families,
  loadObjects,
  manyConnections,
  podEndpoints,
  podPort,
  seenSources,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { type Host, hostAddresses, type TestCluster } from '../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' } as const;
const externalIP = { IPv4: '192.0.2.20', IPv6: '2001:db8:99::20' } as const;
const nodePort = 30080;

const spec = {
  type: 'NodePort',
  clusterIP: clusterIP.IPv4,
  clusterIPs: Object.values(clusterIP),
  ipFamilies: families,
  externalIPs: Object.values(externalIP),
  ports: [{ name: 'http', port: 80, nodePort }],
};

const objects = [
  serviceObject('web', spec),
  ...families.map((family) => sliceObject('web', family, podEndpoints(family, allPods))),
];

describeCluster('source addresses', (cluster) => {
  const destinations: Readonly<Record<string, Record<IpFamily, readonly [string, number]>>> = {
    'cluster IP': { IPv4: [clusterIP.IPv4, 80], IPv6: [clusterIP.IPv6, 80] },
    'node port': {
      IPv4: [hostAddresses.node.IPv4, nodePort],
      IPv6: [hostAddresses.node.IPv6, nodePort],
    },
    'external IP': { IPv4: [externalIP.IPv4, 80], IPv6: [externalIP.IPv6, 80] },
  };

  const podsOf = ({ podA, podB, podC }: TestCluster) => [podA, podB, podC];
  const kept = (source: string) => allPods.map((pod) => `${pod}: ${source}`);
  const masqueraded = (family: IpFamily) =>
    podsOf(cluster).map((pod) => `${pod.name}: ${pod.nodeSide[family]}`);

  /** What pods see of connections from `host` to each kind of destination. */
  const sourcesSeen = async (host: Host, family: IpFamily, from?: string) => {
    const seen: Record<string, readonly string[]> = {};
    for (const [name, places] of Object.entries(destinations)) {
      const [to, port] = places[family];
      const question = { to, port, ...(from === undefined ? {} : { from }) };
      seen[name] = seenSources(await host.askMany(question, manyConnections));
    }
    return seen;
  };

  describe.each(families)('%s', (family) => {
    test('off-cluster clients are masqueraded everywhere (M2, M4)', async () => {
      await loadObjects(cluster, objects);
      expect(await sourcesSeen(cluster.client, family)).toEqual({
        'cluster IP': masqueraded(family),
        'node port': masqueraded(family),
        'external IP': masqueraded(family),
      });
    });

    test('pods keep theirs to a cluster IP, but not to themselves (M2, M4, M6)', async () => {
      await loadObjects(cluster, objects);
      const hairpin = [
        `pod-a: ${cluster.podA.nodeSide[family]}`,
        ...kept(hostAddresses['pod-a'][family]).slice(1),
      ];
      expect(await sourcesSeen(cluster.podA, family)).toEqual({
        'cluster IP': hairpin,
        'node port': masqueraded(family),
        'external IP': masqueraded(family),
      });
    });

    test('processes on the node are masqueraded (M2, M4)', async () => {
      await loadObjects(cluster, objects);
      expect(await sourcesSeen(cluster.node, family, hostAddresses.node[family])).toEqual({
        'cluster IP': masqueraded(family),
        'node port': masqueraded(family),
        'external IP': masqueraded(family),
      });
    });

    test('without a detector everyone keeps theirs to a cluster IP (M3)', async () => {
      await loadObjects(cluster, objects, { clusterCIDRs: [] });
      const seen = await sourcesSeen(cluster.client, family);
      expect(seen['cluster IP']).toEqual(kept(hostAddresses.client[family]));
      expect(seen['node port']).toEqual(masqueraded(family));
    });

    test('--masquerade-all leaves no source as it is (M1)', async () => {
      for (const clusterCIDRs of [clusterOptions.clusterCIDRs, []]) {
        await loadObjects(cluster, objects, { masqueradeAll: true, clusterCIDRs });
        for (const host of [cluster.client, cluster.podA]) {
          const seen = await sourcesSeen(host, family);
          expect(seen['cluster IP'], host.name).toEqual(masqueraded(family));
        }
      }
    });

    test('under externalTrafficPolicy Local clients keep theirs (M5)', async () => {
      const local = serviceObject('web', { ...spec, externalTrafficPolicy: 'Local' });
      await loadObjects(cluster, [local, ...objects.slice(1)]);
      const keptLocally = kept(hostAddresses.client[family]).slice(0, 2);
      const fromClient = await sourcesSeen(cluster.client, family);
      expect(fromClient['node port']).toEqual(keptLocally);
      expect(fromClient['external IP']).toEqual(keptLocally);
      const fromNode = await sourcesSeen(cluster.node, family, hostAddresses.node[family]);
      expect(fromNode['node port']).toEqual(masqueraded(family));
      expect(fromNode['external IP']).toEqual(masqueraded(family));
    });

    test('packets that are no Service traffic are left alone (M8)', async () => {
      await loadObjects(cluster, objects);
      const question = { to: hostAddresses['pod-b'][family], port: podPort };
      expect(seenSources(await cluster.client.askMany(question, 10))).toEqual([
        `pod-b: ${hostAddresses.client[family]}`,
      ]);
      expect(seenSources(await cluster.podA.askMany(question, 10))).toEqual([
        `pod-b: ${hostAddresses['pod-a'][family]}`,
      ]);
    });
  });

  test('over UDP and SCTP as over TCP', async () => {
    const ports = (['UDP', 'SCTP'] as const).map((protocol) => ({
      ...{ name: protocol.toLowerCase(), protocol, port: 80, nodePort },
    }));
    await loadObjects(cluster, [
      serviceObject('web', { ...spec, ports }),
      ...families.map((family) =>
        sliceObject(
          'web',
          family,
          podEndpoints(family, ['pod-a']),
          ports.map(({ name, protocol }) => ({ name, protocol, port: podPort })),
        ),
      ),
    ]);
    for (const family of families) {
      for (const protocol of ['UDP', 'SCTP'] as const) {
        const ask = async (host: Host, to: string, port: number) =>
          seenSources(await host.askMany({ to, port, protocol }, 5));
        const behindNode = [`pod-a: ${cluster.podA.nodeSide[family]}`];
        expect(await ask(cluster.podA, clusterIP[family], 80)).toEqual(behindNode);
        expect(await ask(cluster.client, hostAddresses.node[family], nodePort)).toEqual(behindNode);
        expect(await ask(cluster.podB, clusterIP[family], 80)).toEqual([
          `pod-a: ${hostAddresses['pod-b'][family]}`,
        ]);
      }
    }
  });
});

describeWithKernel('packet marks', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: Object.values(hostAddresses.node) });
  });
  afterAll(() => node.dispose());

  test.each([0, 14, 15, 31])(
    'bit %i is cleared behind the last rule, no other is touched',
    async (masqueradeBit) => {
      const mark = (0xffffffff ^ (1 << masqueradeBit)) >>> 0;
      // Another program's marks on what comes from outside.
      await node.load(`add table inet other
delete table inet other
table inet other {
	chain prerouting {
		type filter hook prerouting priority -200; policy accept;
		meta mark set ${mark}
	}
}`);
      await node.load(compileObjects(objects, { ...clusterOptions, masqueradeBit }));
      for (const family of families) {
        const toService = { to: clusterIP[family], port: 80, protocol: 'TCP' } as const;
        const outcomes = await node.send([
          { ...toService, from: hostAddresses.client[family] },
          { ...toService, from: hostAddresses.node[family], mark },
          { ...toService, from: hostAddresses['pod-a'][family], to: hostAddresses.client[family] },
          {
            ...toService,
            from: hostAddresses.node[family],
            to: hostAddresses.client[family],
            mark,
          },
        ]);
        expect(outcomes).toEqual([
          { kind: 'dnat', to: expect.any(String), masquerade: true, mark },
          { kind: 'dnat', to: expect.any(String), masquerade: true, mark },
          { kind: 'pass', masquerade: false, mark },
          { kind: 'pass', masquerade: false, mark },
        ]);
      }
    },
  );
});

describeWithKernel('hairpins (ND3)', () => {
  test.each([
    ['only of endpoints on this node or on an unknown one', 'node-1', [true, false, true]],
    ['of every endpoint where the node has no name', undefined, [true, true, true]],
  ])('are masqueraded %s', async (_, nodeName, expected) => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      const names = ['node-1', 'node-2', undefined];
      const address = (i: number) => `10.1.2.${i + 1}`;
      const objects = names.flatMap((name, i) => [
        serviceObject(`s${i}`, {
          clusterIP: `10.96.0.${i + 1}`,
          ports: [{ name: 'http', port: 80 }],
        }),
        sliceObject(`s${i}`, 'IPv4', [
          { addresses: [address(i)], ...(name && { nodeName: name }) },
        ]),
      ]);
      await node.load(compileObjects(objects, { ...clusterOptions, nodeName }));
      const outcomes = await node.send(
        names.map((_, i) => ({
          from: address(i),
          to: `10.96.0.${i + 1}`,
          port: 80,
          protocol: 'TCP' as const,
        })),
      );
      expect(outcomes.map((outcome) => outcome.kind === 'dnat' && outcome.masquerade)).toEqual(
        expected,
      );
    } finally {
      await node.dispose();
    }
  });
});
