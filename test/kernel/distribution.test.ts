import { describe, expect, test } from 'vitest';
import { uniformityPValue } from '../support/chi-square.ts';
import { compileObjects } from '../support/compile-objects.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import {
  allPods,
  clusterOptions,
  describeCluster,
  loadObjects,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { createKernelNode } from '../support/kernel-node.ts';

const countsOf = (picks: readonly string[], names: readonly string[]): readonly number[] => {
  const counts = new Map(names.map((name) => [name, 0]));
  for (const pick of picks) counts.set(pick, (counts.get(pick) ?? Number.NaN) + 1);
  return [...counts.values()];
};

describe('the chi-square test itself', () => {
  test.each([
    [[10, 10, 10], 1],
    [[1000, 1000, 1090], 0.0727],
    [[950, 1000, 1050], 0.0821],
    [[900, 1000, 1100], 4.54e-5],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.0909],
  ])('counts %j have p = %f', (counts, p) => {
    expect(uniformityPValue(counts) / p).toBeCloseTo(1, 2);
  });
});

describeCluster('3,000 TCP connections', (cluster) => {
  test('are spread evenly over the endpoints (P5)', async () => {
    await loadObjects(cluster, [
      serviceObject('web', { clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80 }] }),
      sliceObject('web', 'IPv4', podEndpoints('IPv4', allPods)),
    ]);
    const answers = await cluster.client.askMany({ to: '10.96.0.10', port: 80 }, 3000);
    const picks = answers.map((answer) => answer.answeredBy ?? answer.error ?? '');
    expect(uniformityPValue(countsOf(picks, allPods))).toBeGreaterThan(0.001);
  });
});

describeWithKernel('first packets', () => {
  /** Many tests with the threshold of the one above would fail for nothing too often. */
  const threshold = 1e-6;

  test.each([1, 2, 3, 7, 16, 100])('are spread evenly over %i endpoints', async (size) => {
    const suffixes = Array.from({ length: size }, (_, index) => index + 2);
    const objects = [
      serviceObject('web', {
        type: 'NodePort',
        clusterIP: '10.96.0.10',
        clusterIPs: ['10.96.0.10', 'fd00:10:96::10'],
        ipFamilies: ['IPv4', 'IPv6'],
        ports: [{ name: 'http', port: 80, nodePort: 30080 }],
      }),
      sliceObject(
        'web',
        'IPv4',
        suffixes.map((n) => ({ addresses: [`10.1.2.${n}`] })),
      ),
      sliceObject(
        'web',
        'IPv6',
        suffixes.map((n) => ({ addresses: [`fd00:10::2:${n}`] })),
      ),
    ];
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      await node.load(compileObjects(objects, clusterOptions));
      for (const [from, to, port, prefix] of [
        ['10.1.0.5', '10.96.0.10', 80, '10.1.2.'],
        ['203.0.113.2', '192.168.0.2', 30080, '10.1.2.'],
        ['fd00:10::5', 'fd00:10:96::10', 80, 'fd00:10::2:'],
      ] as const) {
        const packet = { from, to, port, protocol: 'TCP' } as const;
        const outcomes = await node.send(Array.from({ length: 2000 }, () => packet));
        const picks = outcomes.map((outcome) =>
          outcome.kind === 'dnat' ? outcome.to : outcome.kind,
        );
        const names = suffixes.map((n) =>
          prefix.includes(':') ? `[${prefix}${n}]:8080` : `${prefix}${n}:8080`,
        );
        const counts = countsOf(picks, names);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2000);
        if (size > 1) expect(uniformityPValue(counts), `${to}`).toBeGreaterThan(threshold);
      }
    } finally {
      await node.dispose();
    }
  });
});
