import { describe, expect, test } from 'vitest';
import {
  allPods,
  describeCluster,
  families,
  loadObjects,
  manyConnections,
  nodeName,
  type PodName,
  podEndpoint,
  seen,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { hostAddresses } from '../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' } as const;

const ready = { conditions: { ready: true, serving: true, terminating: false } };
const draining = { conditions: { ready: false, serving: true, terminating: true } };
const gone = { conditions: { ready: false, serving: false, terminating: true } };
const starting = { conditions: { ready: false, serving: false, terminating: false } };
const unready = { conditions: { ready: false } };
const published = { conditions: { ready: true, serving: true, terminating: true } };

const zones = (...names: readonly string[]) => ({
  ...ready,
  hints: { forZones: names.map((name) => ({ name })) },
});
const nodes = (...names: readonly string[]) => ({
  ...ready,
  hints: { forNodes: names.map((name) => ({ name })) },
});

type Pods = Partial<Record<PodName, object>>;

describeCluster('which endpoints are used', (cluster) => {
  const load = (pods: Pods, policies: object = {}, options: object = {}) =>
    loadObjects(
      cluster,
      [
        serviceObject('web', {
          type: 'NodePort',
          clusterIP: clusterIP.IPv4,
          clusterIPs: Object.values(clusterIP),
          ipFamilies: families,
          ports: [{ name: 'http', port: 80, nodePort: 30080 }],
          ...policies,
        }),
        ...families.map((family) =>
          sliceObject(
            'web',
            family,
            Object.entries(pods).map(([pod, more]) => podEndpoint(pod as PodName, family, more)),
          ),
        ),
      ],
      options,
    );

  describe.each(families)('%s', (family) => {
    const overClusterIP = async () =>
      seen(await cluster.podB.askMany({ to: clusterIP[family], port: 80 }, manyConnections));
    const overNodePort = async () => {
      const question = { to: hostAddresses.node[family], port: 30080 };
      return seen(await cluster.client.askMany(question, manyConnections));
    };

    test.each<[string, Pods, readonly string[]]>([
      ['ready ones only', { 'pod-a': ready, 'pod-b': draining, 'pod-c': starting }, ['pod-a']],
      ['without conditions: ready (E6)', { 'pod-a': {}, 'pod-b': unready }, ['pod-a']],
      ['published ones, terminating or not', { 'pod-a': published, 'pod-b': draining }, ['pod-a']],
      [
        'draining ones when none is ready (T2)',
        { 'pod-a': draining, 'pod-b': gone, 'pod-c': draining },
        ['pod-a', 'pod-c'],
      ],
      [
        'none that is gone or only starting (T6)',
        { 'pod-a': gone, 'pod-b': starting, 'pod-c': unready },
        ['ECONNREFUSED'],
      ],
    ])('%s', async (_, pods, expected) => {
      await load(pods);
      expect(await overClusterIP()).toEqual(expected);
      expect(await overNodePort()).toEqual(expected);
    });

    test('draining local ones although others are ready, under the Local policy (T3)', async () => {
      await load(
        { 'pod-a': draining, 'pod-b': gone, 'pod-c': ready },
        { externalTrafficPolicy: 'Local' },
      );
      expect(await overNodePort()).toEqual(['pod-a']);
      expect(await overClusterIP()).toEqual(['pod-c']);
      await load({ 'pod-a': draining, 'pod-c': ready }, { internalTrafficPolicy: 'Local' });
      expect(await overClusterIP()).toEqual(['pod-a']);
      expect(await overNodePort()).toEqual(['pod-c']);
    });

    test.each<[string, Pods, readonly string[]]>([
      [
        'those hinted for the zone',
        { 'pod-a': zones('z1'), 'pod-b': zones('z2'), 'pod-c': zones('z2', 'z1') },
        ['pod-a', 'pod-c'],
      ],
      [
        'all, when one is without a hint',
        { 'pod-a': zones('z1'), 'pod-b': ready, 'pod-c': zones('z2') },
        allPods,
      ],
      [
        'all, when no hint names the zone',
        { 'pod-a': zones('z2'), 'pod-b': zones('z3') },
        ['pod-a', 'pod-b'],
      ],
      [
        'those hinted for the node',
        { 'pod-a': nodes(nodeName), 'pod-b': nodes('node-2') },
        ['pod-a'],
      ],
    ])('with topology hints: %s (T2)', async (_, pods, expected) => {
      await load(pods, {}, { zone: 'z1' });
      expect(await overClusterIP()).toEqual(expected);
      expect(await overNodePort()).toEqual(expected);
    });

    test('all, where the node has no zone', async () => {
      await load({ 'pod-a': zones('z1'), 'pod-b': zones('z2') });
      expect(await overClusterIP()).toEqual(['pod-a', 'pod-b']);
    });
  });
});
