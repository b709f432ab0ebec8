/** The rows of natc reach against the kernel: connections from outside, from pods and from the node. */
import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { parseClientGroup } from '../../src/reach/clients.ts';
import { compiledSubject } from '../../src/reach/compiled.ts';
import { type ExposureRow, exposureOf } from '../../src/reach/exposure.ts';
import { surveyOf } from '../../src/reach/survey.ts';
import {
  clusterOptions,
  describeCluster,
  loadObjects,
  podEndpoints,
  podPort,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { type Host, hostAddresses } from '../support/netns.ts';
import { objectOf } from '../support/objects.ts';
import { isAdmitted } from './admitted-text.ts';

const objects = [
  serviceObject(
    'web',
    {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.10',
      externalIPs: ['192.0.2.20'],
      loadBalancerSourceRanges: ['198.51.100.0/24', '10.1.0.0/16'],
      ports: [{ name: 'http', port: 80, nodePort: 30080 }],
    },
    ['192.0.2.10'],
  ),
  sliceObject('web', 'IPv4', podEndpoints('IPv4', ['pod-a', 'pod-c'])),
  serviceObject('empty', {
    type: 'NodePort',
    clusterIP: '10.96.0.11',
    ports: [{ name: 'http', port: 81, nodePort: 30081 }],
  }),
  serviceObject('inner', { clusterIP: '10.96.0.12', ports: [{ name: 'http', port: 82 }] }),
  sliceObject('inner', 'IPv4', podEndpoints('IPv4', ['pod-b'])),
];

const destinations = [
  ...['192.0.2.10', '192.0.2.20', '10.96.0.10'].flatMap((to) => [
    { to, port: 80 },
    { to, port: podPort },
  ]),
  { to: '10.96.0.11', port: 81 },
  { to: '10.96.0.12', port: 82 },
  ...['192.168.0.2'].flatMap((to) => [30080, 30081, 22].map((port) => ({ to, port }))),
];

describeCluster('natc reach', (cluster) => {
  test('has a row for what answers, and none for what does not', async () => {
    await loadObjects(cluster, objects);
    const { output } = compile(
      objects.map((object) => objectOf(object)),
      clusterOptions,
    );
    const subject = compiledSubject(output!);
    const rowsFrom = (text: string): readonly ExposureRow[] => {
      const surveys = surveyOf(subject, { sources: new Set(), destinations: new Set() });
      return exposureOf(surveys, parseClientGroup(text)!, true).rows;
    };
    const asked: readonly (readonly [string, Host, string])[] = [
      ['outside', cluster.client, hostAddresses.client.IPv4],
      ['outside', cluster.client, '198.51.100.9'],
      ['pods', cluster.podB, hostAddresses['pod-b'].IPv4],
      ['node', cluster.node, hostAddresses.node.IPv4],
    ];
    const seen: string[] = [];
    const said: string[] = [];
    for (const [group, host, from] of asked) {
      const rows = rowsFrom(group);
      for (const { to, port } of destinations) {
        const { answeredBy } = await host.ask({ to, port, from, timeout: 0.4 });
        const source = { address: from, inInterface: group === 'node' ? '' : 'eth0' };
        const isSaid = rows.some(
          (row) =>
            row.port === port &&
            (row.address === to || (row.address.startsWith('node') && to === '192.168.0.2')) &&
            isAdmitted(row.admitted, source),
        );
        const key = `${group} ${from} ${to}:${port}`;
        if (answeredBy !== undefined) seen.push(key);
        if (isSaid) said.push(key);
      }
    }
    expect(said).toEqual(seen);
    expect(seen.length).toBeGreaterThan(10);
    expect(seen).not.toContain(`outside ${hostAddresses.client.IPv4} 192.0.2.10:80`);
  });
});
