/** Stale UDP connections go, all others stay (C1 to C9, ND9), with real flows; see stale-flows.test.ts. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  describeCluster,
  families,
  type PodName,
  podEndpoints,
  podPort,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { readConntrack } from '../../support/kernel-conntrack.ts';
import { crash, type LiveHost, liveHost } from '../../support/live-host.ts';
import { hostAddresses } from '../../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.53', IPv6: 'fd00:10:96::53' } as const;
const externalIP = { IPv4: '192.0.2.53', IPv6: '2001:db8:99::53' } as const;

const dns = (pods: readonly PodName[], port = podPort, spec: object = {}) => [
  serviceObject('dns', {
    type: 'NodePort',
    clusterIP: clusterIP.IPv4,
    clusterIPs: Object.values(clusterIP),
    externalIPs: Object.values(externalIP),
    ipFamilies: families,
    ports: [
      { name: 'udp', protocol: 'UDP', port: 53, nodePort: 30053 },
      { name: 'tcp', protocol: 'TCP', port: 53, nodePort: 30053 },
    ],
    ...spec,
  }),
  ...families.map((family) =>
    sliceObject('dns', family, podEndpoints(family, pods), [
      { name: 'udp', protocol: 'UDP', port },
      { name: 'tcp', protocol: 'TCP', port },
    ]),
  ),
];

describeCluster('UDP connections after an apply', (cluster) => {
  let live: LiveHost;
  beforeAll(() => {
    live = liveHost(cluster.node.run);
  });
  afterAll(() => live.dispose());

  const flows = async (protocol = 'UDP') => {
    const listings = await Promise.all(
      ['ipv4', 'ipv6'].map((family) => cluster.node.must(['conntrack', '-L', '-f', family])),
    );
    return listings
      .flatMap((listing) => readConntrack(listing))
      .filter(({ protocol: found }) => found === protocol)
      .map(
        ({ original, reply }) =>
          `${original.destination} ${original.destinationPort} ${reply.source}`,
      )
      .filter((flow) => !flow.startsWith('192.168.0.2 9 ') && !flow.startsWith('2001:db8:c::2 9 '))
      .sort();
  };
  const ask = async (to: string, port: number) =>
    (await cluster.client.ask({ to, port, protocol: 'UDP', timeout: 2 })).answeredBy;

  beforeEach(async () => {
    live.failures.clear();
    await live.apply([]);
    for (const family of ['ipv4', 'ipv6'])
      await cluster.node.must(['conntrack', '-F', '-f', family]);
  });

  const everywhere = [
    [clusterIP.IPv4, 53],
    [externalIP.IPv4, 53],
    [hostAddresses.node.IPv4, 30053],
    [clusterIP.IPv6, 53],
    [externalIP.IPv6, 53],
    [hostAddresses.node.IPv6, 30053],
  ] as const;

  test('to an endpoint that is gone: removed, from every address of the Service (C1, C4)', async () => {
    await live.apply(dns(['pod-a']));
    for (const [to, port] of everywhere) expect(await ask(to, port)).toBe('pod-a');
    expect(await flows()).toHaveLength(everywhere.length);
    await live.apply(dns(['pod-b']));
    expect(await flows()).toEqual([]);
    for (const [to, port] of everywhere) expect(await ask(to, port)).toBe('pod-b');
  });

  test('to an endpoint that stays: kept (C3)', async () => {
    await live.apply(dns(['pod-a']));
    for (const [to, port] of everywhere) await ask(to, port);
    const before = await flows();
    await live.apply(dns(['pod-a', 'pod-b']));
    expect(await flows()).toEqual(before);
  });

  test('to an endpoint that no policy would choose any more, but that serves: kept (C3)', async () => {
    await live.apply(dns(['pod-c']));
    await ask(clusterIP.IPv4, 53);
    const before = await flows();
    await live.apply(dns(['pod-a', 'pod-c'], podPort, { internalTrafficPolicy: 'Local' }));
    expect(await flows()).toEqual(before);
  });

  test('made before there was an endpoint: removed once there is one (C8)', async () => {
    await live.apply(dns([]), {}, { serviceCIDRs: [] });
    await cluster.node.must([
      ...['conntrack', '-I', '-p', 'udp', '-s', '192.168.0.9', '-d', clusterIP.IPv4],
      ...['--sport', '4000', '--dport', '53', '--timeout', '100'],
    ]);
    expect(await flows()).toEqual([`${clusterIP.IPv4} 53 ${clusterIP.IPv4}`]);
    await live.apply(dns(['pod-a']));
    expect(await flows()).toEqual([]);
  });

  test('of others through the node to a node port number: kept (ND9)', async () => {
    await live.apply(dns(['pod-a']));
    await cluster.client.ask({
      to: hostAddresses['pod-c'].IPv4,
      port: 30053,
      protocol: 'UDP',
      timeout: 0.1,
    });
    const before = await flows();
    expect(before).toEqual([`${hostAddresses['pod-c'].IPv4} 30053 ${hostAddresses['pod-c'].IPv4}`]);
    await live.apply(dns(['pod-b']));
    expect(await flows()).toEqual(before);
  });

  test('over TCP: left alone (C9)', async () => {
    await live.apply(dns(['pod-a']));
    const connection = await cluster.client.open(clusterIP.IPv4, 53);
    await live.apply(dns(['pod-b']));
    expect(await flows('TCP')).toHaveLength(1);
    await connection.echo('still here');
  });

  test('after a change that is no business of an endpoint: not even listed (C1)', async () => {
    await live.apply(dns(['pod-a']));
    live.commands.length = 0;
    await live.apply(dns(['pod-a'], podPort, { sessionAffinity: 'ClientIP' }));
    expect(live.commands.filter((line) => line.startsWith('conntrack'))).toEqual([]);
    expect(live.commands.filter((line) => line.startsWith('nft -f'))).toHaveLength(1);
  });

  test('after a full reconcile: removed as well', async () => {
    await live.apply(dns(['pod-a']));
    await ask(clusterIP.IPv4, 53);
    live.failures.set('nft list', crash);
    expect(await live.apply(dns(['pod-b']))).toMatchObject({ kind: 'applied', delta: undefined });
    expect(await flows()).toEqual([]);
  });

  test('without conntrack: applied, said, and done by the next apply', async () => {
    await live.apply(dns(['pod-a']));
    await ask(clusterIP.IPv4, 53);
    live.failures.set('conntrack', {
      kind: 'not-started',
      message: 'conntrack: command not found',
    });
    expect(await live.apply(dns(['pod-b']))).toMatchObject({
      kind: 'applied',
      ended: { UDP: 0 },
      diagnostics: [{ code: 'NATC5023' }],
    });
    live.failures.clear();
    expect(await live.apply(dns(['pod-b']))).toMatchObject({
      kind: 'up-to-date',
      ended: { UDP: 1 },
      diagnostics: [],
    });
    expect(await flows()).toEqual([]);
  });
});
