/** Witnesses of broken assertions, sent in the kernel. */
import { expect, test } from 'vitest';
import type { AssertionVerdict } from '../../src/assert/breach.ts';
import { subjectOf, verdictsOf } from '../support/assertions.ts';
import {
  clusterOptions,
  describeCluster,
  loadObjects,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { hostAddresses } from '../support/netns.ts';

const objects = [
  serviceObject(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.10',
      externalIPs: ['192.0.2.20'],
      loadBalancerSourceRanges: ['198.51.100.0/24'],
      ports: [{ name: 'http', port: 80, nodePort: 30080 }],
    },
    ['192.0.2.10'],
  ),
  sliceObject('web', 'IPv4', podEndpoints('IPv4', ['pod-a'])),
  serviceObject('empty', { clusterIP: '10.96.0.11', ports: [{ name: 'http', port: 81 }] }),
];

const rules = `
- {name: closed, from: 198.51.100.9, mustNotReach: {service: shop/web, kind: LoadBalancer}}
- {name: open, from: ${hostAddresses.client.IPv4}, mustReach: {service: shop/web, kind: LoadBalancer}}
- {name: address, from: 198.51.100.9, mustKeepClientAddress: {service: shop/web, kind: ExternalIP}}
- {name: endpoints, from: ${hostAddresses['pod-b'].IPv4}, services: shop/empty, mustHaveEndpoints: 1}
- {name: takeover, externalIPsMustBeIn: 203.0.113.0/24}
`;

describeCluster('witnesses of natc assert', (cluster) => {
  test('are treated by the kernel as they say', async () => {
    await loadObjects(cluster, objects);
    const verdicts = new Map(
      verdictsOf(rules, subjectOf(objects, clusterOptions)).map((each) => [
        each.assertion.name,
        each,
      ]),
    );
    const ask = async (name: string, from?: string) => {
      const { witness } = (verdicts.get(name) as AssertionVerdict).breaches[0]!;
      const { source, destination, destinationPort } = witness!.packet;
      const host = source === hostAddresses['pod-b'].IPv4 ? cluster.podB : cluster.client;
      return host.ask({
        to: destination,
        port: destinationPort,
        from: from ?? source,
        timeout: 0.5,
      });
    };
    expect(await ask('closed')).toMatchObject({ answeredBy: 'pod-a' });
    expect(await ask('open')).toMatchObject({ error: 'timeout' });
    const seen = await ask('address');
    expect(seen).toMatchObject({ answeredBy: 'pod-a' });
    expect('sourceSeen' in seen && seen.sourceSeen).not.toBe('198.51.100.9');
    expect(await ask('endpoints')).toMatchObject({ error: 'ECONNREFUSED' });
    // The witness is any client; of the cables here one ends at this one.
    expect(await ask('takeover', hostAddresses.client.IPv4)).toMatchObject({ answeredBy: 'pod-a' });
  });
});
