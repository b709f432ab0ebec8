import { describe, expect, test } from 'vitest';
import type { IpFamily } from '../../src/net/family.ts';
import type { CompileOptions } from '../../src/options.ts';
import {
  describeCluster,
  expectAnswer,
  families,
  loadObjects,
  podEndpoints,
  seenSources,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import type { Host } from '../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' } as const;
const vip = { IPv4: '192.0.2.10', IPv6: '2001:db8:99::10' } as const;

const dualStack = { ipFamilies: families, ports: [{ name: 'http', port: 80 }] };

/** One Service for what happens to sources, with pod-b behind it; one, with a pod elsewhere, for the
 * short cut of the Local policy. */
const objects = [
  serviceObject('inside', {
    clusterIP: clusterIP.IPv4,
    clusterIPs: Object.values(clusterIP),
    ...dualStack,
  }),
  serviceObject(
    'outside',
    {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      clusterIP: '10.96.0.11',
      clusterIPs: ['10.96.0.11', 'fd00:10:96::11'],
      ...dualStack,
    },
    Object.values(vip),
  ),
  ...families.flatMap((family) => [
    sliceObject('inside', family, podEndpoints(family, ['pod-b'])),
    sliceObject('outside', family, podEndpoints(family, ['pod-c'])),
  ]),
];

type Options = Partial<CompileOptions>;

const nodeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  spec: { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24', 'fd00:10::/64'] },
};

/** Under each setting: who counts as a local pod. */
const settings: readonly (readonly [string, Options, readonly object[], readonly string[]])[] = [
  ['ClusterCIDR', {}, [], ['pod-a', 'pod-c']],
  [
    'ClusterCIDR, of which only the first counts (M10)',
    { clusterCIDRs: ['10.1.0.0/24', 'fd00:10::/64', '10.1.0.0/16', 'fd00:10::/48'] },
    [],
    ['pod-a'],
  ],
  [
    'NodeCIDR by flags (M12)',
    { detectLocalMode: 'NodeCIDR', podCIDRs: ['10.1.0.0/24', 'fd00:10::/64'] },
    [],
    ['pod-a'],
  ],
  ['NodeCIDR from the Node object', { detectLocalMode: 'NodeCIDR' }, [nodeObject], ['pod-a']],
  [
    'BridgeInterface',
    { detectLocalMode: 'BridgeInterface', podBridgeInterface: 'pod-a' },
    [],
    ['pod-a'],
  ],
  [
    'BridgeInterface, which is no prefix',
    { detectLocalMode: 'BridgeInterface', podBridgeInterface: 'pod' },
    [],
    [],
  ],
  [
    'InterfaceNamePrefix',
    { detectLocalMode: 'InterfaceNamePrefix', podInterfaceNamePrefix: 'pod' },
    [],
    ['pod-a'],
  ],
  [
    'InterfaceNamePrefix of others',
    { detectLocalMode: 'InterfaceNamePrefix', podInterfaceNamePrefix: 'upl' },
    [],
    ['pod-c'],
  ],
];

describeCluster('who is a local pod', (cluster) => {
  const sourceAtPodB = async (host: Host, family: IpFamily) =>
    seenSources([await host.ask({ to: clusterIP[family], port: 80 })]);
  const throughLoadBalancer = (host: Host, family: IpFamily, isLocal: boolean) =>
    expectAnswer(host, { to: vip[family], port: 80 }, isLocal ? 'pod-c' : 'timeout');

  describe.each(settings)('%s', (_, options, more, localPods) => {
    test.each(families)(
      '%s: decides over masquerade (M2) and the short cut (P3.1)',
      async (family) => {
        await loadObjects(cluster, [...objects, ...more], options);
        const { client, podA, podC, podB, node } = cluster;
        for (const host of [client, podA, podC]) {
          const isLocal = localPods.includes(host.name);
          const source = isLocal ? host.address[family] : podB.nodeSide[family];
          expect(await sourceAtPodB(host, family), host.name).toEqual([`pod-b: ${source}`]);
        }
        for (const host of [client, podA]) {
          await throughLoadBalancer(host, family, localPods.includes(host.name));
        }
        // M11: what the node itself sends has no input interface and is no pod's.
        expect(await sourceAtPodB(node, family)).toEqual([`pod-b: ${podB.nodeSide[family]}`]);
      },
    );
  });

  test.each(families)('%s: nobody, without any setting (M3, M10)', async (family) => {
    await loadObjects(cluster, objects, { clusterCIDRs: [] });
    for (const host of [cluster.client, cluster.podA]) {
      const kept = [`pod-b: ${host.address[family]}`];
      expect(await sourceAtPodB(host, family), host.name).toEqual(kept);
      await throughLoadBalancer(host, family, false);
    }
  });
});
