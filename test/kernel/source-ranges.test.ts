import { describe, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { compileObjects } from '../support/compile-objects.ts';
import {
  clusterOptions,
  describeCluster,
  expectAnswer,
  families,
  loadObjects,
  podEndpoints,
  podPort,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { hostAddresses } from '../support/netns.ts';
import { objectOf } from '../support/objects.ts';

const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' } as const;
const vip = { IPv4: '192.0.2.10', IPv6: '2001:db8:99::10' } as const;
const externalIP = { IPv4: '192.0.2.20', IPv6: '2001:db8:99::20' } as const;

/** Addresses of the client. */
const allowed = { IPv4: '198.51.100.9', IPv6: '2001:db8:51::9' } as const;
const blocked = hostAddresses.client;

const objects = (loadBalancerSourceRanges: readonly string[], more: object = {}, pods = true) => [
  serviceObject(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: clusterIP.IPv4,
      clusterIPs: Object.values(clusterIP),
      ipFamilies: families,
      externalIPs: Object.values(externalIP),
      loadBalancerSourceRanges,
      ports: [
        { name: 'http', port: 80, nodePort: 30080 },
        { name: 'dns', port: 53, nodePort: 30053, protocol: 'UDP' },
      ],
      ...more,
    },
    Object.values(vip),
  ),
  ...families.map((family) =>
    sliceObject('web', family, pods ? podEndpoints(family, ['pod-a']) : [], [
      { name: 'http', port: podPort, protocol: 'TCP' },
      { name: 'dns', port: podPort, protocol: 'UDP' },
    ]),
  ),
];

const ranges = [' 198.51.100.0/24 ', '198.51.100.0/25', '2001:db8:51::/64'];

describeCluster('loadBalancerSourceRanges', (cluster) => {
  describe.each(families)('%s', (family) => {
    const fromClient = (from: string, expected: 'pod-a' | 'ECONNREFUSED' | 'timeout') =>
      expectAnswer(cluster.client, { to: vip[family], port: 80, from }, expected);

    test('let listed sources in and drop the others, over TCP and UDP (P10)', async () => {
      await loadObjects(cluster, objects(ranges));
      await fromClient(allowed[family], 'pod-a');
      await fromClient(blocked[family], 'timeout');
      const dns = { to: vip[family], port: 53, protocol: 'UDP' } as const;
      await expectAnswer(cluster.client, { ...dns, from: allowed[family] }, 'pod-a');
      await expectAnswer(cluster.client, { ...dns, from: blocked[family] }, 'timeout');
    });

    test('hold for pods and processes on the node as well', async () => {
      await loadObjects(cluster, objects(ranges));
      const question = { to: vip[family], port: 80 };
      await expectAnswer(cluster.podB, question, 'timeout');
      await expectAnswer(cluster.node, question, 'timeout');
      await loadObjects(
        cluster,
        objects([family === 'IPv4' ? '192.168.0.0/24' : '2001:db8:c::/64']),
      );
      await expectAnswer(cluster.node, { ...question, from: hostAddresses.node[family] }, 'pod-a');
    });

    test('protect the load-balancer address only (R5)', async () => {
      await loadObjects(cluster, objects(ranges));
      for (const [to, port] of [
        [clusterIP[family], 80],
        [externalIP[family], 80],
        [hostAddresses.node[family], 30080],
      ] as const) {
        await expectAnswer(cluster.client, { to, port, from: blocked[family] }, 'pod-a');
      }
    });

    test('of the other family alone leave this family open (R4)', async () => {
      const others = ranges.filter((range) => range.includes(':') === (family === 'IPv4'));
      await loadObjects(cluster, objects(others));
      await fromClient(blocked[family], 'pod-a');
    });

    test('without endpoints refuse the listed and drop the others (P10)', async () => {
      await loadObjects(cluster, objects(ranges, {}, false));
      await fromClient(allowed[family], 'ECONNREFUSED');
      await fromClient(blocked[family], 'timeout');
    });

    test('of which one cannot be read let in only the others (ND10)', async () => {
      const validate = { ...clusterOptions, validate: 'warn' } as const;
      const load = async (ranges: readonly string[]) => {
        const { output } = compile(
          objects(ranges).map((each) => objectOf(each)),
          validate,
        );
        if (output === undefined) throw new Error('nothing was compiled');
        await cluster.load(renderNft(output.ruleset));
      };
      await load([allowed[family], blocked[family]]);
      await fromClient(allowed[family], 'timeout');
      await fromClient(blocked[family], 'timeout');
      await load([`${allowed[family]}/${family === 'IPv4' ? 32 : 128}`, blocked[family]]);
      await fromClient(allowed[family], 'pod-a');
      await fromClient(blocked[family], 'timeout');
    });

    test('hold under the Local policy', async () => {
      await loadObjects(cluster, objects(ranges, { externalTrafficPolicy: 'Local' }));
      await fromClient(allowed[family], 'pod-a');
      await fromClient(blocked[family], 'timeout');
    });

    test('do not touch running connections', async () => {
      await loadObjects(cluster, objects([]));
      const connection = await cluster.client.open(vip[family], 80, blocked[family]);
      await cluster.load(compileObjects(objects(ranges), clusterOptions));
      await connection.echo('still allowed');
      await fromClient(blocked[family], 'timeout');
    });
  });
});
