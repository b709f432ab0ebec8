/** What a tenant may claim, with packets: closed under deny, told and served as by kube-proxy under warn. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import type { CompileOptions } from '../../src/options.ts';
import {
  clusterOptions,
  describeCluster,
  expectAnswer,
  families,
  loadObjects,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { extraAddresses, hostAddresses } from '../support/netns.ts';
import { objectOf } from '../support/objects.ts';

const ports = [{ name: 'http', port: 80 }];

const codesOf = (objects: readonly object[], options: Partial<CompileOptions>) =>
  compile(
    objects.map((object) => objectOf(object)),
    { ...clusterOptions, validate: 'warn', ...options },
  ).diagnostics.flatMap(({ code, severity }) => (severity === 'warning' ? [code] : []));

describeCluster('claims of a tenant', (cluster) => {
  /** pod-c answers there by itself. */
  const others = { IPv4: '192.0.2.99', IPv6: '2001:db8:99::99' } as const;

  beforeAll(() => cluster.podC.listen('TCP', 80, extraAddresses.far));

  describe.each(families)('%s', (family) => {
    const clusterIP = { IPv4: '10.96.0.10', IPv6: 'fd00:10:96::10' }[family];
    const service = (name: string, address: string, spec: object = {}, createdAt?: string) => ({
      ...serviceObject(name, { clusterIP: address, ipFamilies: [family], ports, ...spec }),
      metadata: { name, namespace: 'shop', creationTimestamp: createdAt },
    });
    const slice = (name: string, pod: 'pod-a' | 'pod-b') =>
      sliceObject(name, family, podEndpoints(family, [pod]));

    test('an external IP of somebody else: CVE-2020-8554', async () => {
      const objects = [
        service('a', clusterIP, { externalIPs: [others[family]] }),
        slice('a', 'pod-a'),
      ];
      const ask = { to: others[family], port: 80 };
      await loadObjects(cluster, objects, { externalIPs: ['allow'] });
      await expectAnswer(cluster.client, ask, 'pod-a');
      await loadObjects(cluster, objects, { externalIPs: ['deny'], validate: 'warn' });
      await expectAnswer(cluster.client, ask, 'pod-c');
      await expectAnswer(cluster.podB, { to: clusterIP, port: 80 }, 'pod-a');
      expect(codesOf(objects, { externalIPs: ['deny'] })).toContain('NATC3032');
      const ofNode = [
        service('a', clusterIP, { externalIPs: [hostAddresses.node[family]] }),
        slice('a', 'pod-a'),
      ];
      expect(codesOf(ofNode, {})).toContain('NATC3031');
    });

    test('the cluster IP of an older Service, whatever the names: ND11', async () => {
      const own = { IPv4: '10.96.0.66', IPv6: 'fd00:10:96::66' }[family];
      const objects = [
        service('a', own, { externalIPs: [clusterIP] }, '2026-06-01T00:00:00Z'),
        slice('a', 'pod-a'),
        service('z', clusterIP, {}, '2026-01-01T00:00:00Z'),
        slice('z', 'pod-b'),
      ];
      await loadObjects(cluster, objects, { validate: 'warn' });
      for (const client of [cluster.podA, cluster.podC])
        await expectAnswer(client, { to: clusterIP, port: 80 }, 'pod-b');
      await expectAnswer(cluster.podB, { to: own, port: 80 }, 'pod-a');
      expect(codesOf(objects, {})).toContain('NATC3001');
    });

    test('an endpoint that is another Service or a node: CVE-2021-25740', async () => {
      const [address] = podEndpoints(family, ['pod-c']);
      const objects = [service('a', clusterIP), sliceObject('a', family, address ? [address] : [])];
      const ask = { to: clusterIP, port: 80 };
      await loadObjects(cluster, objects, {});
      await expectAnswer(cluster.podA, ask, 'pod-c');
      // Were pod-c's network not the pods', and were it a node's address: it is closed, and told of.
      const pod = hostAddresses['pod-c'][family];
      const options = { nodeIPs: [...clusterOptions.nodeIPs, pod] };
      expect(codesOf(objects, options)).toContain('NATC3033');
      await loadObjects(cluster, objects, {
        ...options,
        endpointsOutside: 'deny',
        validate: 'warn',
      });
      await expectAnswer(cluster.podA, ask, 'ECONNREFUSED');
      expect(codesOf(objects, { ...options, endpointsOutside: 'deny' })).toContain('NATC3034');
    });
  });
});
