import { describe, expect, test } from 'vitest';
import {
  allPods,
  describeCluster,
  expectAnswer,
  families,
  loadObjects,
  manyConnections,
  type PodName,
  podEndpoints,
  seen,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { type Host, hostAddresses, type TestCluster } from '../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' } as const;
const vip = { IPv4: '192.0.2.10', IPv6: '2001:db8:99::10' } as const;
const externalIP = { IPv4: '192.0.2.20', IPv6: '2001:db8:99::20' } as const;

const objects = (policies: object, pods: readonly PodName[]) => [
  serviceObject(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: clusterIP.IPv4,
      clusterIPs: Object.values(clusterIP),
      ipFamilies: families,
      externalIPs: Object.values(externalIP),
      ports: [{ name: 'http', port: 80, nodePort: 30080 }],
      ...policies,
    },
    Object.values(vip),
  ),
  ...families.map((family) => sliceObject('web', family, podEndpoints(family, pods))),
];

type Asking = 'client' | 'podA' | 'node';
type Single = PodName | 'ECONNREFUSED' | 'timeout';

const localPods = ['pod-a', 'pod-b'] as const;

describeCluster('traffic policies', (cluster: TestCluster) => {
  describe.each(families)('%s', (family) => {
    const ask = async (host: Host, to: string, port: number) =>
      seen(await host.askMany({ to, port }, manyConnections));

    const clusterIPAnswers = async (host: Host, expected: Single) =>
      expectAnswer(host, { to: clusterIP[family], port: 80 }, expected);

    const externalDestinations = [
      [hostAddresses.node[family], 30080],
      [vip[family], 80],
      [externalIP[family], 80],
    ] as const;

    /** What all connections of each host to the external destinations may reach. */
    const externalSets = async (expected: Record<Asking, readonly string[]>) => {
      for (const asking of ['client', 'podA', 'node'] as const) {
        for (const [to, port] of externalDestinations) {
          const reached = await ask(cluster[asking], to, port);
          expect(reached, `${asking} to ${to}:${port}`).toEqual(expected[asking]);
        }
      }
    };

    /** What one connection of each host to the external destinations gets. */
    const externalAnswers = async (expected: Record<Asking, Single>) => {
      for (const asking of ['client', 'podA', 'node'] as const) {
        for (const [to, port] of externalDestinations) {
          await expectAnswer(cluster[asking], { to, port }, expected[asking]);
        }
      }
    };

    test('external Local: outsiders get local pods, the node and pods any (P3)', async () => {
      await loadObjects(cluster, objects({ externalTrafficPolicy: 'Local' }, allPods));
      await externalSets({ client: localPods, podA: allPods, node: allPods });
      expect(await ask(cluster.client, clusterIP[family], 80)).toEqual(allPods);
    });

    test('external Local without a local pod: outsiders get silence (P3.3)', async () => {
      await loadObjects(cluster, objects({ externalTrafficPolicy: 'Local' }, ['pod-c']));
      await externalAnswers({ client: 'timeout', podA: 'pod-c', node: 'pod-c' });
      await clusterIPAnswers(cluster.client, 'pod-c');
    });

    test('external Local without any pod: everyone is refused', async () => {
      await loadObjects(cluster, objects({ externalTrafficPolicy: 'Local' }, []));
      const refused = 'ECONNREFUSED';
      await externalAnswers({ client: refused, podA: refused, node: refused });
    });

    test('internal Local: the cluster IP leads to local pods, the rest to any (P1, P4)', async () => {
      await loadObjects(cluster, objects({ internalTrafficPolicy: 'Local' }, allPods));
      for (const host of [cluster.client, cluster.podA, cluster.node]) {
        expect(await ask(host, clusterIP[family], 80), host.name).toEqual(localPods);
      }
      await externalSets({ client: allPods, podA: allPods, node: allPods });
    });

    test('internal Local without a local pod: the cluster IP is silent (P1)', async () => {
      await loadObjects(cluster, objects({ internalTrafficPolicy: 'Local' }, ['pod-c']));
      for (const host of [cluster.client, cluster.podA, cluster.node]) {
        await clusterIPAnswers(host, 'timeout');
      }
      await externalAnswers({ client: 'pod-c', podA: 'pod-c', node: 'pod-c' });
    });

    test('both Local', async () => {
      const both = { internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' };
      await loadObjects(cluster, objects(both, ['pod-b', 'pod-c']));
      expect(await ask(cluster.podA, clusterIP[family], 80)).toEqual(['pod-b']);
      const usable = ['pod-b', 'pod-c'];
      await externalSets({ client: ['pod-b'], podA: usable, node: usable });
    });
  });
});
