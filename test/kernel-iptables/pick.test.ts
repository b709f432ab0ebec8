import { expect, test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../../src/iptables/render/iptables-restore.ts';
import { uniformityPValue } from '../support/chi-square.ts';
import {
  describeWithIptables,
  loadIptables,
  restoreTools,
  withoutJumps,
} from '../support/iptables-node.ts';
import { createKernelNode, type Outcome } from '../support/kernel-node.ts';
import * as plans from '../support/plan.ts';

/** Several tests of one kind: the threshold must not fail one of them for nothing. */
const threshold = 1e-6;
const connections = 2000;

const where = (outcome: Outcome): string => (outcome.kind === 'dnat' ? outcome.to : outcome.kind);

describeWithIptables('the ladder of probabilities', (variant) => {
  test.each([2, 3, 7, 16, 100])(
    'spreads connections evenly over %i endpoints (I5)',
    async (size) => {
      const addresses = Array.from({ length: size }, (_, index) => `10.1.2.${index + 2}`);
      const text = textOf(
        plans.servicePort({
          frontends: [plans.clusterIP('10.96.0.10', plans.pickCluster)],
          // Some endpoints have a chain of their own, others do not.
          clusterEndpoints: addresses.map((address, index) =>
            plans.endpoint(address, 8080, { hairpin: index % 3 === 0 }),
          ),
        }),
      );
      const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
      try {
        await loadIptables(node, variant, text, 'IPv4');
        const packet = { from: '10.1.0.5', to: '10.96.0.10', port: 80, protocol: 'TCP' } as const;
        const outcomes = await node.send(Array.from({ length: connections }, () => packet));
        const counts = new Map(addresses.map((address) => [`${address}:8080`, 0]));
        for (const to of outcomes.map(where)) counts.set(to, (counts.get(to) ?? Number.NaN) + 1);
        expect(counts.size).toBe(size);
        expect(uniformityPValue([...counts.values()])).toBeGreaterThan(threshold);
      } finally {
        await node.dispose();
      }
    },
  );
});

describeWithIptables('session affinity', (variant) => {
  const addresses = Array.from({ length: 8 }, (_, index) => `10.1.2.${index + 2}`);
  const sticky = (endpoints: readonly string[], local: readonly string[] = endpoints) =>
    textOf(
      plans.servicePort({
        affinityTimeout: 3600,
        frontends: [
          plans.clusterIP('10.96.0.10', plans.pickCluster),
          plans.loadBalancerIP('1.2.3.4', { kind: 'external-local' }),
          plans.nodePort(30080, plans.pickMasqueraded),
        ],
        clusterEndpoints: endpoints.map((address) => plans.endpoint(address)),
        localEndpoints: local.map((address) => plans.endpoint(address)),
      }),
    );
  const from = '203.0.113.7';
  const destinations = [
    { from, to: '10.96.0.10', port: 80, protocol: 'TCP' },
    { from, to: '1.2.3.4', port: 80, protocol: 'TCP' },
    { from, to: '192.168.0.2', port: 30080, protocol: 'TCP' },
  ] as const;

  test('is shared by all destinations, and outlives loading the rules again (A1)', async () => {
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      await loadIptables(node, variant, sticky(addresses), 'IPv4');
      const packets = Array.from({ length: 5 }, () => destinations).flat();
      const [pinned, ...others] = new Set((await node.send(packets)).map(where));
      expect(addresses.map((address) => `${address}:8080`)).toContain(pinned);
      expect(others).toEqual([]);

      // Another endpoint leaves: the client stays where it is.
      const rest = addresses.filter((address) => `${address}:8080` !== pinned).slice(1);
      const fewer = sticky([...rest, pinned?.replace(':8080', '') ?? '']);
      const [tool] = restoreTools(variant);
      const again = await node.run([tool, '--noflush'], withoutJumps(fewer));
      expect(again).toMatchObject({ status: 0 });
      expect(new Set((await node.send(packets)).map(where))).toEqual(new Set([pinned]));
    } finally {
      await node.dispose();
    }
  });

  test('does not lead to a remote endpoint where only local ones are used (A4)', async () => {
    const local = addresses.slice(0, 1);
    const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
    try {
      const [cluster, external] = destinations;
      // As many clients as it takes until one is pinned to a remote endpoint.
      await loadIptables(node, variant, sticky(addresses, local), 'IPv4');
      const clients = Array.from({ length: 20 }, (_, index) => `203.0.113.${index + 1}`);
      const pins = await node.send(clients.map((client) => ({ ...cluster, from: client })));
      expect(new Set(pins.map(where)).size).toBeGreaterThan(1);
      const answers = await node.send(clients.map((client) => ({ ...external, from: client })));
      expect(new Set(answers.map(where))).toEqual(new Set(['10.1.2.2:8080']));
    } finally {
      await node.dispose();
    }
  });
});

function textOf(servicePort: ReturnType<typeof plans.servicePort>): string {
  const family = plans.familyPlan({ clusterIPs: ['10.96.0.10'], servicePorts: [servicePort] });
  return renderIptablesRestore([buildIptables(family)]);
}
