import { describe, expect, test } from 'vitest';
import {
  allPods,
  describeCluster,
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

const localPods = ['pod-a', 'pod-b'] as const;

describeCluster('traffic policies', (cluster: TestCluster) => {
  describe.each(families)('%s', (family) => {
    const ask = async (host: Host, to: string, port: number) =>
      seen(await host.askMany({ to, port, timeout: 0.15 }, manyConnections));
    const askOnce = async (host: Host, to: string, port: number) =>
      seen([await host.ask({ to, port, timeout: 0.25 })]);

    /** What each of three clients gets at the external destinations. */
    const external = async (asking: typeof ask) => {
      const seenBy: Record<string, unknown> = {};
      for (const host of [cluster.client, cluster.podA, cluster.node]) {
        for (const [name, to, port] of [
          ['node port', hostAddresses.node[family], 30080],
          ['load-balancer IP', vip[family], 80],
          ['external IP', externalIP[family], 80],
        ] as const) {
          seenBy[`${host.name} to ${name}`] = await asking(host, to, port);
        }
      }
      return seenBy;
    };

    const allOf = (client: unknown, podA: unknown, node: unknown) =>
      Object.fromEntries(
        Object.entries({ client, 'pod-a': podA, node }).flatMap(([host, answer]) =>
          ['node port', 'load-balancer IP', 'external IP'].map((name) => [
            `${host} to ${name}`,
            answer,
          ]),
        ),
      );

    test('external Local: outsiders get local pods, the node and pods any (P3)', async () => {
      await loadObjects(cluster, objects({ externalTrafficPolicy: 'Local' }, allPods));
      expect(await external(ask)).toEqual(allOf(localPods, allPods, allPods));
      expect(await ask(cluster.client, clusterIP[family], 80)).toEqual(allPods);
    });

    test('external Local without a local pod: outsiders get silence (P3.3)', async () => {
      await loadObjects(cluster, objects({ externalTrafficPolicy: 'Local' }, ['pod-c']));
      expect(await external(askOnce)).toEqual(allOf(['timeout'], ['pod-c'], ['pod-c']));
      expect(await askOnce(cluster.client, clusterIP[family], 80)).toEqual(['pod-c']);
    });

    test('external Local without any pod: everyone is refused', async () => {
      await loadObjects(cluster, objects({ externalTrafficPolicy: 'Local' }, []));
      const refused = ['ECONNREFUSED'];
      expect(await external(askOnce)).toEqual(allOf(refused, refused, refused));
    });

    test('internal Local: the cluster IP leads to local pods, the rest to any (P1, P4)', async () => {
      await loadObjects(cluster, objects({ internalTrafficPolicy: 'Local' }, allPods));
      for (const host of [cluster.client, cluster.podA, cluster.node]) {
        expect(await ask(host, clusterIP[family], 80), host.name).toEqual(localPods);
      }
      expect(await external(ask)).toEqual(allOf(allPods, allPods, allPods));
    });

    test('internal Local without a local pod: the cluster IP is silent (P1)', async () => {
      await loadObjects(cluster, objects({ internalTrafficPolicy: 'Local' }, ['pod-c']));
      for (const host of [cluster.client, cluster.podA, cluster.node]) {
        expect(await askOnce(host, clusterIP[family], 80), host.name).toEqual(['timeout']);
      }
      expect(await external(askOnce)).toEqual(allOf(['pod-c'], ['pod-c'], ['pod-c']));
    });

    test('both Local', async () => {
      const both = { internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local' };
      await loadObjects(cluster, objects(both, ['pod-b', 'pod-c']));
      expect(await ask(cluster.podA, clusterIP[family], 80)).toEqual(['pod-b']);
      const usable = ['pod-b', 'pod-c'];
      expect(await external(ask)).toEqual(allOf(['pod-b'], usable, usable));
    });
  });
});
