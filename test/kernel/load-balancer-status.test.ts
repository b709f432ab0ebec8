import { beforeAll, describe, test } from 'vitest';
import {
  describeCluster,
  expectAnswer,
  families,
  loadObjects,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { extraAddresses, hostAddresses } from '../support/netns.ts';

const ports = [{ name: 'http', port: 80 }];

describeCluster('load-balancer addresses', (cluster) => {
  /** pod-c answers there by itself: whoever claims the address for pod-a takes it away. */
  const contested = { IPv4: '192.0.2.99', IPv6: '2001:db8:99::99' } as const;

  beforeAll(() => cluster.podC.listen('TCP', 80, extraAddresses.far));

  describe.each(families)('%s', (family) => {
    const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' }[family];
    const slice = sliceObject('web', family, podEndpoints(family, ['pod-a']));
    const load = (ingress: readonly object[], spec: object = {}, options: object = {}) =>
      loadObjects(
        cluster,
        [
          {
            ...serviceObject('web', {
              ...{ type: 'LoadBalancer', clusterIP, ipFamilies: [family], ports },
              ...spec,
            }),
            status: { loadBalancer: { ingress } },
          },
          slice,
        ],
        options,
      );
    const ip = contested[family];

    test.each([
      ['without ipMode (D3)', { ip }, 'pod-a'],
      ['with ipMode VIP', { ip, ipMode: 'VIP' }, 'pod-a'],
      ['not with ipMode Proxy (L3)', { ip, ipMode: 'Proxy' }, 'pod-c'],
      ['not for a host name (L4)', { hostname: 'lb.example.org' }, 'pod-c'],
    ] as const)('are served %s', async (_, entry, expected) => {
      await load([entry]);
      await expectAnswer(cluster.client, { to: ip, port: 80 }, expected);
      await expectAnswer(cluster.podB, { to: clusterIP, port: 80 }, 'pod-a');
    });

    test('are not served because of spec.loadBalancerIP (L5)', async () => {
      await load([], { loadBalancerIP: ip });
      await expectAnswer(cluster.client, { to: ip, port: 80 }, 'pod-c');
    });

    test('are served on Services of any type, where validation lets them (L1)', async () => {
      await load([{ ip }], { type: 'ClusterIP' }, { validate: 'warn' });
      await expectAnswer(cluster.client, { to: ip, port: 80 }, 'pod-a');
    });

    test('are left alone on unused ports (P9)', async () => {
      await load([{ ip }], { ports: [{ name: 'http', port: 8000 }] });
      await expectAnswer(cluster.client, { to: ip, port: 80 }, 'pod-c');
      await expectAnswer(cluster.client, { to: ip, port: 8000 }, 'pod-a');
    });

    test('that belong to the node come before node ports (P12)', async () => {
      const own = hostAddresses.node[family];
      await load([{ ip: own }], { ports: [{ name: 'http', port: 80, nodePort: 30080 }] });
      await expectAnswer(cluster.client, { to: own, port: 80 }, 'pod-a');
      await expectAnswer(cluster.client, { to: own, port: 30080 }, 'pod-a');
      await expectAnswer(cluster.node, { to: own, port: 80 }, 'pod-a');
    });
  });
});

describeCluster('Services of another proxy', (cluster) => {
  const labelled = (labels: Readonly<Record<string, string>>) => {
    const service = serviceObject('theirs', { clusterIP: '10.96.0.30', ports }) as {
      metadata: object;
    };
    return { ...service, metadata: { ...service.metadata, labels } };
  };
  const ours = [
    serviceObject('ours', { clusterIP: '10.96.0.31', ports }),
    sliceObject('ours', 'IPv4', podEndpoints('IPv4', ['pod-a'])),
  ];
  const slice = sliceObject('theirs', 'IPv4', podEndpoints('IPv4', ['pod-b']));

  beforeAll(async () => {
    // The other proxy, as it were: pod-c has the address.
    await cluster.podC.must(['ip', 'addr', 'add', '10.96.0.30/32', 'dev', 'eth0']);
    await cluster.podC.listen('TCP', 80, ['10.96.0.30']);
  });

  test.each([
    ['service.kubernetes.io/service-proxy-name', 'theirs', 'pod-c'],
    ['service.kubernetes.io/service-proxy-name', '', 'pod-c'],
  ] as const)('label %s=%j: invisible (S3, ND4)', async (name, value, answer) => {
    await loadObjects(cluster, [labelled({ [name]: value }), slice, ...ours]);
    await expectAnswer(cluster.podA, { to: '10.96.0.30', port: 80 }, answer);
    await expectAnswer(cluster.podB, { to: '10.96.0.31', port: 80 }, 'pod-a');
  });

  test('are the ones to serve with --service-proxy-name', async () => {
    const label = 'service.kubernetes.io/service-proxy-name';
    const theirSlice = { ...slice, metadata: { ...metadataOf(slice), labels: labelsFor(label) } };
    const options = { serviceProxyName: 'theirs' };
    await loadObjects(cluster, [labelled({ [label]: 'theirs' }), theirSlice, ...ours], options);
    await expectAnswer(cluster.podA, { to: '10.96.0.30', port: 80 }, 'pod-b');
  });

  const metadataOf = (object: object) => (object as { metadata: object }).metadata;
  const labelsFor = (label: string) => ({
    'kubernetes.io/service-name': 'theirs',
    [label]: 'theirs',
  });
});
