/** The sets of docs/assert, kept and broken by manifests. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { subjectOf, verdictsOf } from '../support/assertions.ts';
import { serviceObject, sliceObject } from '../support/kernel-cluster.ts';

const set = (name: string): string => readFileSync(`docs/assert/${name}.yaml`, 'utf8');
const options = { nodeName: 'node-1', nodeIPs: ['192.168.0.2'], clusterCIDRs: ['10.1.0.0/16'] };

const named = (object: object, namespace: string, name: string): object => ({
  ...object,
  metadata: { ...(object as { metadata: object }).metadata, namespace, name },
});

const platform: readonly object[] = [
  named(
    serviceObject('', { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] }),
    'default',
    'kubernetes',
  ),
  named(
    sliceObject(
      'kubernetes',
      'IPv4',
      [{ addresses: ['192.168.0.10'] }],
      [{ name: 'https', port: 6443, protocol: 'TCP' }],
    ),
    'default',
    'kubernetes-1',
  ),
  named(
    serviceObject('', {
      clusterIP: '10.96.0.53',
      ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
    }),
    'kube-system',
    'kube-dns',
  ),
  named(
    sliceObject(
      'kube-dns',
      'IPv4',
      [{ addresses: ['10.1.0.53'] }],
      [{ name: 'dns', port: 53, protocol: 'UDP' }],
    ),
    'kube-system',
    'kube-dns-1',
  ),
];

const web = (
  spec: object = {},
  addresses: readonly string[] = ['10.1.0.5', '10.1.0.6', '10.1.0.7'],
) => [
  ...platform,
  serviceObject('web', {
    type: 'NodePort',
    clusterIP: '10.96.0.10',
    ports: [{ name: 'http', port: 80, nodePort: 30080 }],
    ...spec,
  }),
  sliceObject(
    'web',
    'IPv4',
    addresses.map((address) => ({ addresses: [address] })),
  ),
];

const broken = (name: string, objects: readonly object[], before?: readonly object[]) =>
  verdictsOf(set(name), subjectOf(objects, options), before && subjectOf(before, options))
    .filter(({ breaches }) => breaches.length > 0)
    .map(({ assertion, breaches }) => [assertion.name, breaches[0]!.text]);

test('nothing new from outside', () => {
  const judge = (after: readonly object[]) => broken('nothing-new-from-outside', after, web());
  expect(judge(web({ clusterIP: '10.96.0.10' }, ['10.1.0.5', '10.1.0.6']))).toEqual([]);
  expect(judge(web({ ports: [{ name: 'http', port: 80, nodePort: 30081 }] }))).toEqual([
    [
      'clients outside reach nothing new',
      'shop/web:http answers clients outside at 192.168.0.2:30081/TCP (NodePort)',
    ],
    expect.arrayContaining([expect.stringContaining('stay where they were')]),
  ]);
  expect(judge(web({}, ['10.1.0.5']))).toEqual([
    [
      expect.stringContaining('stay where they were'),
      expect.stringContaining('has 1 of 3 endpoints left'),
    ],
  ]);
});

test('protected addresses', () => {
  const judge = (spec: object) => broken('protected-addresses', web(spec));
  expect(judge({ externalIPs: ['203.0.113.5'] })).toEqual([]);
  expect(judge({ externalIPs: ['8.8.8.8'] })).toEqual([
    [
      'external IPs are ours (CVE-2020-8554)',
      'the ExternalIP 8.8.8.8 of shop/web is in none of 203.0.113.0/24, 2001:db8:e::/48',
    ],
  ]);
  expect(
    judge({
      externalIPs: ['192.168.0.10'],
      ports: [{ name: 'http', port: 6443, nodePort: 30080 }],
    }),
  ).toContainEqual([
    'nobody stands in for the API server',
    'shop/web answers at 192.168.0.10:6443/TCP, and only default/kubernetes may',
  ]);
  expect(
    judge({ externalIPs: ['10.96.0.53'], ports: [{ name: 'http', port: 53, nodePort: 30080 }] }),
  ).toContainEqual([
    'nobody stands in for kube-dns',
    'shop/web answers at 10.96.0.53:53/TCP, and only kube-system/kube-dns may',
  ]);
});
