/**
 * ND9: whichever way a destination loses an endpoint, no connection to it stays, and no connection of
 * others goes. Real UDP flows to every kind of destination, both families, both backends.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  describeCluster,
  families,
  podEndpoint,
  podPort,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { readConntrack } from '../../support/kernel-conntrack.ts';
import { liveHost } from '../../support/live-host.ts';
import { liveIptables } from '../../support/live-iptables.ts';
import { hostAddresses } from '../../support/netns.ts';

const clusterIP = { IPv4: '10.96.0.53', IPv6: 'fd00:10:96::53' } as const;
const externalIP = { IPv4: '192.0.2.53', IPv6: '2001:db8:99::53' } as const;
const ingressIP = { IPv4: '192.0.2.54', IPv6: '2001:db8:99::54' } as const;

const port = { name: 'dns', protocol: 'UDP', port: 53, nodePort: 30053 } as const;
const spec = {
  type: 'LoadBalancer',
  clusterIP: clusterIP.IPv4,
  clusterIPs: Object.values(clusterIP),
  externalIPs: Object.values(externalIP),
  ipFamilies: families,
  ports: [port],
};
const service = (changes: object = {}, ingress: readonly string[] = Object.values(ingressIP)) =>
  serviceObject('dns', { ...spec, ...changes }, ingress);
const slices = (endpoint: object = {}, portChanges: object = {}) =>
  families.map((family) =>
    sliceObject(
      'dns',
      family,
      [podEndpoint('pod-a', family, endpoint)],
      [{ name: 'dns', protocol: 'UDP', port: podPort, ...portChanges }],
    ),
  );
/** So that the input is never without Services. */
const other = serviceObject('other', { clusterIP: '10.96.0.99', ports: [{ name: 'x', port: 1 }] });

const destinations = {
  'cluster IP': [clusterIP, 53],
  'external IP': [externalIP, 53],
  'load-balancer IP': [ingressIP, 53],
  'node port': [hostAddresses.node, 30053],
} as const;
type Destination = keyof typeof destinations;
const all = Object.keys(destinations) as Destination[];

const withLabel = (object: object, labels: object): object => ({
  ...object,
  metadata: { namespace: 'shop', name: 'dns', labels },
});

/** What is applied then, and to which destinations flows must be gone. */
const ways: readonly (readonly [string, readonly object[], readonly Destination[]])[] = [
  [
    'its endpoint is another one',
    [
      service(),
      ...families.map((family) =>
        sliceObject(
          'dns',
          family,
          [podEndpoint('pod-b', family)],
          [{ name: 'dns', protocol: 'UDP', port: podPort }],
        ),
      ),
    ],
    all,
  ],
  ['its endpoint has another port', [service(), ...slices({}, { port: podPort + 1 })], all],
  [
    'scaled to zero',
    [
      service(),
      ...families.map((family) =>
        sliceObject('dns', family, [], [{ name: 'dns', protocol: 'UDP', port: podPort }]),
      ),
    ],
    all,
  ],
  ['its slices are gone', [service()], all],
  [
    'only endpoints that do not serve are left',
    [service(), ...slices({ conditions: { ready: false, serving: false } })],
    all,
  ],
  ['deleted', [], all],
  [
    'left to another proxy',
    [withLabel(service(), { 'service.kubernetes.io/service-proxy-name': 'x' }), ...slices()],
    all,
  ],
  [
    'headless',
    [
      service(
        {
          type: 'ClusterIP',
          clusterIP: 'None',
          clusterIPs: ['None'],
          externalIPs: [],
          ports: [{ name: 'dns', protocol: 'UDP', port: 53 }],
        },
        [],
      ),
      ...slices(),
    ],
    all,
  ],
  [
    'its cluster IP is another one',
    [
      service({ clusterIP: '10.96.0.54', clusterIPs: ['10.96.0.54', 'fd00:10:96::54'] }),
      ...slices(),
    ],
    ['cluster IP'],
  ],
  ['its external IP is gone', [service({ externalIPs: [] }), ...slices()], ['external IP']],
  ['its load-balancer IP is gone', [service({}, []), ...slices()], ['load-balancer IP']],
  [
    'its node port is another one',
    [service({ ports: [{ ...port, nodePort: 30054 }] }), ...slices()],
    ['node port'],
  ],
  [
    'its type is ClusterIP',
    [service({ type: 'ClusterIP', ports: [{ ...port, nodePort: undefined }] }, []), ...slices()],
    ['load-balancer IP', 'node port'],
  ],
  [
    'its port is another one',
    [service({ ports: [{ ...port, port: 54 }] }), ...slices()],
    ['cluster IP', 'external IP', 'load-balancer IP'],
  ],
  [
    'its protocol is TCP',
    [service({ ports: [{ ...port, protocol: 'TCP' }] }), ...slices({}, { protocol: 'TCP' })],
    all,
  ],
  [
    'it keeps an endpoint that serves',
    [service(), ...slices({ conditions: { ready: false, serving: true, terminating: true } })],
    [],
  ],
];

describe.each(['nftables', 'iptables'] as const)('through %s', (backend) => {
  describeCluster('UDP flows to a Service', (cluster) => {
    let live: {
      readonly apply: (objects: readonly object[]) => Promise<unknown>;
      readonly dispose: () => void;
    };
    beforeAll(() => {
      live =
        backend === 'nftables' ? liveHost(cluster.node.run) : liveIptables(cluster.node.run, 'nft');
    });
    afterAll(() => live.dispose());

    const flows = async (): Promise<readonly string[]> => {
      const listings = await Promise.all(
        ['ipv4', 'ipv6'].map((family) =>
          cluster.node.must(['conntrack', '-L', '-f', family, '-p', 'udp']),
        ),
      );
      return listings
        .flatMap((listing) => readConntrack(listing))
        .map(({ original }) => `${original.destination} ${original.destinationPort}`);
    };
    /** Somebody else's, through the node: to the same port of another host. */
    const foreign = [`${hostAddresses['pod-c'].IPv4} 30053`, `${hostAddresses['pod-c'].IPv4} 53`];

    beforeEach(async () => {
      for (const family of ['ipv4', 'ipv6'])
        await cluster.node.must(['conntrack', '-F', '-f', family]);
      await live.apply([other, service(), ...slices()]);
      for (const [addresses, to] of Object.values(destinations))
        for (const family of families) {
          const question = {
            to: addresses[family],
            port: to,
            protocol: 'UDP',
            timeout: 5,
          } as const;
          expect((await cluster.client.ask(question)).answeredBy).toBe('pod-a');
        }
      for (const flow of foreign) {
        const [to = '', toPort] = flow.split(' ');
        await cluster.node.must([
          ...['conntrack', '-I', '-p', 'udp', '-s', '192.168.0.9', '-d', to],
          ...['--sport', '4000', '--dport', `${toPort}`, '--timeout', '100'],
        ]);
      }
    });

    test.each(ways)('%s', async (_, objects, gone) => {
      await live.apply([other, ...objects]);
      const left = all
        .filter((destination) => !gone.includes(destination))
        .flatMap((destination) => {
          const [addresses, to] = destinations[destination];
          return families.map((family) => `${addresses[family]} ${to}`);
        });
      const known = new Set([
        ...foreign,
        ...all.flatMap((each) =>
          families.map((family) => `${destinations[each][0][family]} ${destinations[each][1]}`),
        ),
      ]);
      expect((await flows()).filter((flow) => known.has(flow)).sort()).toEqual(
        [...left, ...foreign].sort(),
      );
    });

    test('SCTP flows end likewise, and only they are counted as such', async () => {
      const sctp = { ...port, protocol: 'SCTP' } as const;
      const sctpSlices = slices({}, { protocol: 'SCTP' });
      await live.apply([other, service({ ports: [sctp] }), ...sctpSlices]);
      const pod = hostAddresses['pod-a'].IPv4;
      await cluster.node.must([
        ...['conntrack', '-I', '-p', 'sctp', '-s', '192.168.0.9', '-d', clusterIP.IPv4],
        ...['--sport', '4000', '--dport', '53', '-r', pod, '-q', '192.168.0.9'],
        ...['--reply-port-src', `${podPort}`, '--reply-port-dst', '4000', '--timeout', '100'],
        ...['--state', 'ESTABLISHED', '--orig-vtag', '1', '--reply-vtag', '2'],
      ]);
      expect(await live.apply([other, service({ ports: [sctp] })])).toMatchObject({
        ended: { UDP: 0, SCTP: 1 },
      });
    });
  });
});
