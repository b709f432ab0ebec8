import { describe, expect, test } from 'vitest';
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
  seen,
  seenSources,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { hostAddresses } from '../support/netns.ts';

const objects = [
  serviceObject('web', {
    type: 'NodePort',
    clusterIP: '10.96.0.10',
    clusterIPs: ['10.96.0.10', 'fd00:10:96::10'],
    ipFamilies: ['IPv4', 'IPv6'],
    ports: [
      { name: 'http', port: 80, nodePort: 30080 },
      { name: 'dns', port: 53, nodePort: 30053, protocol: 'UDP' },
    ],
  }),
  ...families.map((family) =>
    sliceObject('web', family, podEndpoints(family, allPods), [
      { name: 'http', port: podPort, protocol: 'TCP' },
      { name: 'dns', port: podPort, protocol: 'UDP' },
    ]),
  ),
];

const nodeAddresses = {
  primary: '192.168.0.2',
  second: '192.168.5.2',
  uplink: '192.168.1.2',
  'primary IPv6': '2001:db8:c::2',
  'second IPv6': '2001:db8:5::2',
} as const;

describeCluster('node ports answer', (cluster) => {
  const all = Object.keys(nodeAddresses);
  const ipv6 = all.filter((name) => name.includes('IPv6'));

  test.each([
    ['everywhere by default (ND1)', [], all],
    ['everywhere with "all"', ['all'], all],
    ['at the primary addresses only', ['primary'], ['primary', 'primary IPv6']],
    [
      'in the listed network only',
      ['192.168.5.0/24', '2001:db8:5::/64'],
      ['second', 'second IPv6'],
    ],
    [
      'in several networks',
      ['192.168.0.0/24', '192.168.1.2/32', '::/0'],
      ['primary', 'uplink', ...ipv6],
    ],
    [
      'everywhere in a family that the list does not name (N4)',
      ['192.168.5.0/24'],
      ['second', ...ipv6],
    ],
    ['nowhere when no address lies in the list (N6)', ['172.16.0.0/12', '2001:db8:77::/64'], []],
    ['not from outside at the loopback', ['localhost'], []],
  ])('%s', async (_, nodePortAddresses, expected) => {
    await loadObjects(cluster, objects, { nodePortAddresses });
    for (const protocol of ['TCP', 'UDP'] as const) {
      const port = { TCP: 30080, UDP: 30053 }[protocol];
      for (const [name, to] of Object.entries(nodeAddresses)) {
        const answered = expected.includes(name) ? allPods : ['ECONNREFUSED'];
        for (const host of [cluster.client, cluster.node]) {
          const answers = await host.askMany({ to, port, protocol }, manyConnections);
          expect(seen(answers), `${host.name} to ${name} over ${protocol}`).toEqual(answered);
        }
      }
    }
  });

  test('never at addresses of others (N12)', async () => {
    await loadObjects(cluster, objects);
    await cluster.podC.listen('TCP', 30080, ['192.168.1.3']);
    const answers = await cluster.client.askMany({ to: '192.168.1.3', port: 30080 }, 20);
    expect(seenSources(answers)).toEqual([`pod-c: ${hostAddresses.client.IPv4}`]);
  });
});

describeCluster('node ports on 127.0.0.0/8 (ND2)', (cluster) => {
  const protocols = [
    ['TCP', 30080],
    ['UDP', 30053],
  ] as const;

  test.each([
    ['127.0.0.0/8', ['127.0.0.0/8']],
    ['localhost', ['localhost']],
    ['the default', []],
    ['all', ['all']],
    ['0.0.0.0/0', ['0.0.0.0/0']],
    ['127.0.0.0/8 beside others', ['192.168.5.0/24', '127.0.0.0/8']],
  ])('%s: a process on the node reaches every pod', async (_, nodePortAddresses) => {
    await loadObjects(cluster, objects, { nodePortAddresses });
    for (const [protocol, port] of protocols) {
      for (const to of ['127.0.0.1', '127.0.5.5']) {
        const answers = await cluster.node.askMany({ to, port, protocol }, manyConnections);
        expect(seen(answers), `${to} over ${protocol}`).toEqual(allPods);
      }
    }
  });

  test('127.0.0.1/32 is that address alone', async () => {
    await loadObjects(cluster, objects, { nodePortAddresses: ['127.0.0.1/32'] });
    const ask = (to: string) => cluster.node.askMany({ to, port: 30080 }, manyConnections);
    expect(seen(await ask('127.0.0.1'))).toEqual(allPods);
    expect(seen(await ask('127.0.0.2'))).toEqual(['ECONNREFUSED']);
  });

  test.each([
    ['switched off', { localhostNodePorts: false }],
    ['not in the list', { nodePortAddresses: ['192.168.0.0/16'] }],
    ['primary', { nodePortAddresses: ['primary'] }],
  ])('%s: not served', async (_, options) => {
    await loadObjects(cluster, objects, options);
    expect(seen(await cluster.node.askMany({ to: '127.0.0.1', port: 30080 }, 20))).toEqual([
      'ECONNREFUSED',
    ]);
  });

  test('::1 is never served', async () => {
    await loadObjects(cluster, objects);
    expect(seen(await cluster.node.askMany({ to: '::1', port: 30080 }, 20))).toEqual([
      'ECONNREFUSED',
    ]);
  });

  test('other listeners on the loopback stay reachable for the node', async () => {
    await cluster.node.listen('TCP', 7070, ['127.0.0.1', '::1']);
    await loadObjects(cluster, objects);
    expect(seen([await cluster.node.ask({ to: '127.0.0.1', port: 7070 })])).toEqual(['node']);
    expect(seen([await cluster.node.ask({ to: '::1', port: 7070 })])).toEqual(['node']);
  });
});

/** CVE-2020-8558. */
describeWithKernel('martians, with route_localnet switched on (N10)', () => {
  /** Frames to the node's hardware address with a loopback destination inside. */
  const martians = (['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
    ['203.0.113.2', '192.168.0.9', '10.1.0.5'].flatMap((from) =>
      ['127.0.0.1', '127.0.5.5'].flatMap((to) =>
        [30080, 30053, 7070].map((port) => ({ from, to, port, protocol })),
      ),
    ),
  );

  const onNode = async (body: (node: KernelNode) => Promise<void>) => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'], interfaces: ['cni0'] });
    try {
      await body(node);
    } finally {
      await node.dispose();
    }
  };

  test('get in without rules: what follows is the work of the guard', () =>
    onNode(async (node) => {
      const outcomes = await node.send(martians);
      expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['pass']));
    }));

  describe.each([
    ['127.0.0.0/8', ['127.0.0.0/8']],
    ['the default', []],
  ])('%s', (_, nodePortAddresses) => {
    test('never get in, through whatever interface', () =>
      onNode(async (node) => {
        await node.load(compileObjects(objects, { ...clusterOptions, nodePortAddresses }));
        for (const iif of ['eth0', 'uplink', 'cni0']) {
          const outcomes = await node.send(martians.map((packet) => ({ ...packet, iif })));
          expect(new Set(outcomes.map((outcome) => outcome.kind)), iif).toEqual(new Set(['drop']));
        }
      }));

    test('do not get in with a loopback source either', () =>
      onNode(async (node) => {
        await node.load(compileObjects(objects, { ...clusterOptions, nodePortAddresses }));
        const forged = martians.map((packet) => ({ ...packet, from: '127.0.0.1', spoofed: true }));
        const outcomes = await node.send(forged);
        expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['drop']));
      }));
  });
});
