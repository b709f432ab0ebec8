/** Random worlds, one after the other on one host: it never drifts from what a fresh load gives. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { leftoversBeside } from '../../../src/backends/table.ts';
import { applyRuleset, desiredFrom } from '../../../src/nftables/host/apply.ts';
import { renderNft } from '../../../src/nftables/render/nft.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import {
  describeCluster,
  families,
  type PodName,
  podEndpoints,
  seen,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { listing } from '../../support/kernel-listing.ts';
import { type LiveHost, liveHost } from '../../support/live-host.ts';
import { worlds } from '../../support/worlds.ts';
import { compileValid } from '../../support/worlds-compile.ts';
import { sampled } from '../../support/worlds-property.ts';

const isLong = process.env['NATC_LONG'] === '1';

describeWithKernel('worlds applied one after the other', () => {
  let kept: KernelAgent;
  let fresh: KernelAgent;
  let live: LiveHost;
  beforeAll(async () => {
    [kept, fresh] = await Promise.all([startAgent(), startAgent()]);
    live = liveHost(kept.run);
  });
  afterAll(async () => {
    live.dispose();
    await Promise.all([kept.dispose(), fresh.dispose()]);
  });

  test('leave what a fresh load of the last one gives', async () => {
    // sampled() takes 20 times as many with NATC_LONG=1: 500.
    for (const [index, world] of sampled(worlds, 25).entries()) {
      const output = compileValid(world);
      const outcome = await applyRuleset(live.host, desiredFrom(output), {
        stateDirectory: live.directory,
        lock: live.lock,
        verify: false,
        maxRemovals: undefined,
        force: false,
        others: await leftoversBeside('nftables'),
        sysctls: [],
        input: undefined,
        now: () => index,
      });
      expect(outcome.kind, JSON.stringify(outcome)).toMatch(/^(applied|up-to-date)$/);
      await fresh.must(['nft', '-f', '-'], `flush ruleset\n${renderNft(output.ruleset)}`);
      expect(await listing(kept), `world ${index}`).toEqual(await listing(fresh));
    }
    // Only the first apply had to list the kernel: after it the state file was always right.
    expect(live.commands.filter((line) => line.startsWith('nft list table '))).toHaveLength(2);
  }, 1_800_000);
});

const clusterIP = { IPv4: '10.96.0.80', IPv6: 'fd00:10:96::80' } as const;

describeCluster('while endpoints change at each apply', (cluster) => {
  const objects = (pods: readonly PodName[], more: number) => [
    serviceObject('web', {
      clusterIP: clusterIP.IPv4,
      clusterIPs: Object.values(clusterIP),
      ipFamilies: families,
      sessionAffinity: more % 3 === 0 ? 'ClientIP' : 'None',
      ports: [{ name: 'http', port: 80 }],
    }),
    ...families.map((family) => sliceObject('web', family, podEndpoints(family, pods))),
  ];
  const subsets: readonly (readonly PodName[])[] = [
    ['pod-a'],
    ['pod-a', 'pod-b', 'pod-c'],
    ['pod-b', 'pod-c'],
    ['pod-c'],
    ['pod-a', 'pod-c'],
    ['pod-b'],
  ];

  test('no new connection fails, and no old one is broken', async () => {
    const live = liveHost(cluster.node.run);
    try {
      await live.apply(objects(['pod-b'], 1));
      const connections = [
        await cluster.client.open(clusterIP.IPv4, 80),
        await cluster.podB.open(clusterIP.IPv6, 80),
      ];
      const count = isLong ? 10_000 : 2000;
      let isAsking = true;
      let applies = 0;
      const seenBy = [new Set<string>(), new Set<string>()];
      const ask = async (): Promise<void> => {
        // A busy machine may take long for an apply: each of the subsets is to be asked for.
        while (applies < 2 * subsets.length) {
          const both = await Promise.all([
            cluster.client.askMany({ to: clusterIP.IPv4, port: 80, timeout: 5 }, count),
            cluster.podA.askMany({ to: clusterIP.IPv6, port: 80, timeout: 5 }, count),
          ]);
          both.forEach((answers, asker) => {
            for (const name of seen(answers)) seenBy[asker]?.add(name);
          });
        }
      };
      const asking = ask().finally(() => {
        isAsking = false;
      });
      for (; isAsking; applies++) {
        const outcome = await live.apply(objects(subsets[applies % subsets.length] ?? [], applies));
        expect(outcome).toMatchObject({ kind: 'applied', diagnostics: [] });
      }
      // All pods are alive all the time: whichever a connection is led to answers.
      await asking;
      for (const names of seenBy) expect([...names].sort()).toEqual(['pod-a', 'pod-b', 'pod-c']);
      for (const connection of connections) await connection.echo('still here');
    } finally {
      live.dispose();
    }
  }, 600_000);
});
