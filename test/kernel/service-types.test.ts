import { beforeAll, describe, expect, test } from 'vitest';
import type { IpFamily } from '../../src/net/family.ts';
import { protocols } from '../../src/net/family.ts';
import {
  allPods,
  describeCluster,
  families,
  loadObjects,
  manyConnections,
  podEndpoints,
  podPort,
  seen,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { extraAddresses, hostAddresses } from '../support/netns.ts';

const port = { TCP: 80, UDP: 53, SCTP: 5060 } as const;
const nodePort = { TCP: 30080, UDP: 30053, SCTP: 30060 } as const;
const ports = protocols.map((protocol) => ({
  name: protocol.toLowerCase(),
  protocol,
  port: port[protocol],
  nodePort: nodePort[protocol],
}));
const slicePorts = protocols.map((protocol) => ({
  name: protocol.toLowerCase(),
  protocol,
  port: podPort,
}));

const frontends: readonly (readonly [
  string,
  Record<IpFamily, string>,
  typeof port | typeof nodePort,
])[] = [
  ['cluster IP', { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' }, port],
  ['load-balancer IP', { IPv4: '192.0.2.10', IPv6: '2001:db8:99::10' }, port],
  ['external IP', { IPv4: '192.0.2.20', IPv6: '2001:db8:99::20' }, port],
  ['node port', hostAddresses.node, nodePort],
  ['node port at a second address', { IPv4: '192.168.5.2', IPv6: '2001:db8:5::2' }, nodePort],
];

describeCluster('a dual-stack LoadBalancer Service with three ports', (cluster) => {
  beforeAll(async () => {
    const service = serviceObject(
      'web',
      {
        type: 'LoadBalancer',
        clusterIPs: ['10.96.0.10', 'fd00:10:96::10'],
        clusterIP: '10.96.0.10',
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
        externalIPs: ['192.0.2.20', '2001:db8:99::20'],
        ports,
      },
      ['192.0.2.10', '2001:db8:99::10'],
    );
    const slices = families.map((family) =>
      sliceObject('web', family, podEndpoints(family, allPods), slicePorts),
    );
    await loadObjects(cluster, [service, ...slices]);
  });

  describe.each(families)('%s', (family) => {
    describe.each(protocols)('%s', (protocol) => {
      test.each(frontends)('%s reaches every pod', async (_, address, numbers) => {
        const question = { to: address[family], port: numbers[protocol], protocol };
        for (const host of [cluster.client, cluster.podA, cluster.node]) {
          const answers = await host.askMany(question, manyConnections);
          expect(seen(answers), `from ${host.name}`).toEqual(allPods);
        }
      });
    });
  });
});

describeCluster('Services of other types', (cluster) => {
  const owner = { IPv4: '192.0.2.99', IPv6: '2001:db8:99::99' } as const;

  beforeAll(async () => {
    await cluster.podC.listen('TCP', 80, extraAddresses.far);
  });

  test.each(families)('ClusterIP is what a Service without type is (%s)', async (family) => {
    const clusterIP = { IPv4: '10.96.0.11', IPv6: 'fd00:10:96::11' }[family];
    const spec = { clusterIP, ipFamilies: [family], ports: [{ name: 'http', port: 80 }] };
    await loadObjects(cluster, [
      serviceObject('plain', spec),
      sliceObject('plain', family, podEndpoints(family, ['pod-b'])),
    ]);
    expect(seen([await cluster.podA.ask({ to: clusterIP, port: 80 })])).toEqual(['pod-b']);
    const atNodePort = { to: hostAddresses.node[family], port: 30080 };
    expect(seen([await cluster.client.ask(atNodePort)])).toEqual(['ECONNREFUSED']);
  });

  test.each(families)('headless and ExternalName leave packets alone (%s)', async (family) => {
    const common = { externalIPs: [owner[family]], ports: [{ name: 'http', port: 80 }] };
    await loadObjects(cluster, [
      serviceObject('headless', { ...common, clusterIP: 'None' }),
      sliceObject('headless', family, podEndpoints(family, ['pod-a'])),
      serviceObject('elsewhere', { ...common, type: 'ExternalName', externalName: 'example.org' }),
      sliceObject('elsewhere', family, podEndpoints(family, ['pod-b'])),
    ]);
    const answers = await cluster.client.askMany({ to: owner[family], port: 80 }, 10);
    expect(seen(answers)).toEqual(['pod-c']);
  });

  test('an external IP is taken from its owner while a Service claims it, not after', async () => {
    const question = { to: owner.IPv4, port: 80 };
    const spec = { clusterIP: '10.96.0.12', ports: [{ name: 'http', port: 80 }] };
    const slice = sliceObject('claim', 'IPv4', podEndpoints('IPv4', ['pod-a']));
    await loadObjects(cluster, [
      serviceObject('claim', { ...spec, externalIPs: [owner.IPv4] }),
      slice,
    ]);
    expect(seen([await cluster.client.ask(question)])).toEqual(['pod-a']);
    await loadObjects(cluster, [serviceObject('claim', spec), slice]);
    expect(seen([await cluster.client.ask(question)])).toEqual(['pod-c']);
  });

  test('a Service without selector is served by a hand-written Endpoints object', async () => {
    const spec = { clusterIP: '10.96.0.13', ports: [{ name: 'http', port: 80 }] };
    const endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { namespace: 'shop', name: 'manual' },
      subsets: [
        {
          addresses: [{ ip: hostAddresses['pod-b'].IPv4 }, { ip: hostAddresses['pod-c'].IPv4 }],
          notReadyAddresses: [{ ip: hostAddresses['pod-a'].IPv4 }],
          ports: [{ name: 'http', port: podPort }],
        },
      ],
    };
    await loadObjects(cluster, [serviceObject('manual', spec), endpoints]);
    const answers = await cluster.podA.askMany({ to: '10.96.0.13', port: 80 }, manyConnections);
    expect(seen(answers)).toEqual(['pod-b', 'pod-c']);
  });

  test('a named target port leads each slice to its own number', async () => {
    await cluster.podC.listen('TCP', 9090);
    const spec = {
      clusterIP: '10.96.0.14',
      selector: { app: 'named' },
      ports: [{ name: 'http', port: 80, targetPort: 'web' }],
    };
    const onPodC = sliceObject(
      'named',
      'IPv4',
      [{ addresses: [hostAddresses['pod-c'].IPv4] }],
      [{ name: 'http', port: 9090, protocol: 'TCP' }],
    ) as { metadata: { name: string } };
    onPodC.metadata.name = 'named-other';
    await loadObjects(cluster, [
      serviceObject('named', spec),
      sliceObject('named', 'IPv4', podEndpoints('IPv4', ['pod-a'])),
      onPodC,
    ]);
    const answers = await cluster.client.askMany({ to: '10.96.0.14', port: 80 }, manyConnections);
    expect(seen(answers)).toEqual(['pod-a', 'pod-c']);
  });

  test('one family of a dual-stack Service refuses while the other serves (S6)', async () => {
    const spec = {
      clusterIP: '10.96.0.15',
      clusterIPs: ['10.96.0.15', 'fd00:10:96::15'],
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'PreferDualStack',
      ports: [{ name: 'http', port: 80 }],
    };
    await loadObjects(cluster, [
      serviceObject('half', spec),
      sliceObject('half', 'IPv6', podEndpoints('IPv6', ['pod-a'])),
    ]);
    expect(seen([await cluster.podB.ask({ to: 'fd00:10:96::15', port: 80 })])).toEqual(['pod-a']);
    expect(seen([await cluster.podB.ask({ to: '10.96.0.15', port: 80 })])).toEqual([
      'ECONNREFUSED',
    ]);
  });
});
