/** What lives on through an apply: pins of session affinity and connections. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { IpFamily } from '../../../src/net/family.ts';
import {
  allPods,
  describeCluster,
  families,
  type PodName,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { crash, type LiveHost, liveHost } from '../../support/live-host.ts';
import { hostAddresses } from '../../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' } as const;

const web = (
  pods: readonly PodName[],
  timeoutSeconds = 600,
  name = 'web',
  ip: Readonly<Record<IpFamily, string>> = clusterIP,
) => [
  serviceObject(name, {
    clusterIP: ip.IPv4,
    clusterIPs: Object.values(ip),
    ipFamilies: families,
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds } },
    ports: [{ name: 'http', port: 80 }],
  }),
  ...families.map((family) => sliceObject(name, family, podEndpoints(family, pods))),
];

const another = web(['pod-a'], 60, 'another', { IPv4: '10.96.0.11', IPv6: 'fd00:10:96::11' });

describeCluster('through an apply', (cluster) => {
  let live: LiveHost;
  beforeAll(() => {
    live = liveHost(cluster.node.run);
  });
  afterAll(() => live.dispose());

  const clientMap = 'clients/shop/web/tcp/http/8080';
  const listAffinity = async (family: 'ip' | 'ip6') => {
    const text = await cluster.node.must(['nft', 'list', 'map', family, 'natc', clientMap]);
    const pins = [
      ...text.matchAll(/([0-9a-f.:]+) (?:timeout \S+ )?expires (\S+) : ([0-9a-f.:]+)/g),
    ];
    return Object.fromEntries(pins.map(([, client, , pod]) => [client, pod]));
  };
  const pin = (pins: Readonly<Record<string, string>>) =>
    cluster.node.must(
      ['nft', '-f', '-'],
      `add element ip natc ${clientMap} { ${Object.entries(pins)
        .map(([client, pod]) => `${client} expires 500s : ${pod}`)
        .join(', ')} }\n`,
    );
  const podA = hostAddresses['pod-a'].IPv4;
  const podB = hostAddresses['pod-b'].IPv4;
  const podC = hostAddresses['pod-c'].IPv4;
  const pins = { '203.0.113.1': podA, '203.0.113.2': podB, '203.0.113.3': podC };

  beforeEach(async () => {
    live.failures.clear();
    await live.apply(web(allPods));
    await cluster.node.must(['nft', 'flush', 'map', 'ip', 'natc', clientMap]);
    await pin(pins);
  });

  /** Each way in which the kernel can be led from one ruleset to the next. */
  const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['unchanged', () => live.apply(web(allPods))],
    ['verified', () => live.apply(web(allPods), { verify: true })],
    ['a Service more', () => live.apply([...web(allPods), ...another])],
    ['a longer affinity timeout: the map is made anew', () => live.apply(web(allPods, 700))],
    ['a shorter affinity timeout', () => live.apply(web(allPods, 60))],
    [
      'a table that nft crashes on: replaced whole',
      () => {
        live.failures.set('nft list table', crash);
        return live.apply([...web(allPods), ...another], { verify: true });
      },
    ],
    [
      'a base chain that moved: the table is replaced',
      async () => {
        await cluster.node.must(
          ['nft', '-f', '-'],
          'delete chain ip natc nat-output\nadd chain ip natc nat-output { type nat hook output priority -99; }\n',
        );
        return live.apply(web(allPods), { verify: true });
      },
    ],
  ];

  test.each(ways)('all pins and connections stay: %s (A1, A11)', async (_, change) => {
    const connections = await Promise.all([
      cluster.client.open(clusterIP.IPv4, 80),
      cluster.client.open(clusterIP.IPv6, 80),
      cluster.podA.open(clusterIP.IPv4, 80),
    ]);
    const before = await Promise.all([listAffinity('ip'), listAffinity('ip6')]);
    expect(before[0]).toMatchObject(pins);
    expect(Object.keys(before[1])).toHaveLength(1);
    const outcome = await change();
    expect(outcome).toMatchObject({
      diagnostics: expect.not.arrayContaining([{ code: 'NATC5022' }]),
    });
    expect(await Promise.all([listAffinity('ip'), listAffinity('ip6')])).toEqual(before);
    for (const connection of connections) await connection.echo('still here');
  });

  test('a pin that is carried over keeps its time', async () => {
    await live.apply(web(allPods, 700));
    const text = await cluster.node.must(['nft', 'list', 'map', 'ip', 'natc', clientMap]);
    expect(text).toMatch(/203\.0\.113\.1 expires 8m(1\d|20)s/);
  });

  describe.each([
    ['by a delta', () => {}],
    ['by replacing the table', () => live.failures.set('nft list table', crash)],
  ])('an endpoint that is gone, %s', (_, prepare) => {
    test('loses its pins at once, others keep theirs, connections live on (A5)', async () => {
      const connection = await cluster.podA.open(clusterIP.IPv4, 80);
      prepare();
      const verify = live.failures.size > 0;
      await live.apply(web(['pod-a', 'pod-c']), { verify });
      const left = await listAffinity('ip');
      expect(left).toMatchObject({ '203.0.113.1': podA, '203.0.113.3': podC });
      expect(Object.values(left)).not.toContain(podB);
      await connection.echo('still here');
    });
  });

  test('pins that expire between listing and deleting are no failure', async () => {
    await pin({ '203.0.113.9': podB });
    const real = live.host.run;
    const expiring = {
      ...live.host,
      run: async (command: string, args: readonly string[], stdin?: string) => {
        const result = await real(command, args, stdin);
        if (args[1] === 'map' && args[2] === 'ip') {
          // One client's pin expires, another one's is learnt anew for a pod that stays.
          await cluster.node
            .must(
              ['nft', '-f', '-'],
              `add element ip natc ${clientMap} { 203.0.113.9 : ${podB}, 203.0.113.2 : ${podB} }
             delete element ip natc ${clientMap} { 203.0.113.9, 203.0.113.2 }
             add element ip natc ${clientMap} { 203.0.113.2 : ${podC} }\n`,
            )
            .catch(() => {});
        }
        return result;
      },
    };
    const { retireAffinity } = await import('../../../src/nftables/host/retire-affinity.ts');
    const { desiredFrom } = await import('../../../src/nftables/host/apply.ts');
    const { compiled } = await import('../../support/live-host.ts');
    const { canonicalOf } = await import('../../../src/nftables/canonical/written.ts');
    const canonical = canonicalOf(desiredFrom(compiled(web(['pod-a', 'pod-c']))).written);
    expect(await retireAffinity(expiring, () => canonical, undefined)).toEqual([]);
    expect(Object.values(await listAffinity('ip'))).not.toContain(podB);
  });
});
