import { expect, test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesRestore } from '../../src/iptables/render/iptables-restore.ts';
import type { Branch } from '../../src/packet/outcome.ts';
import { planWorld } from '../support/compile-world.ts';
import { describeWithIptables, loadIptables } from '../support/iptables-node.ts';
import { createKernelNode, type Outcome } from '../support/kernel-node.ts';
import { endpointText, iptablesSimulatorOf } from '../support/simulate.ts';
import { questions, sampled } from '../support/worlds-property.ts';

/** What the kernel would show of a branch: one that is translated to where it went anyway passes. */
function seenByKernel(branch: Branch<unknown>, original: string): Outcome {
  const { verdict, masquerade, mark } = branch;
  if (verdict === 'drop' || verdict === 'martian') return { kind: 'drop' };
  if (verdict === 'reject') return { kind: 'reject', answer: 'port-unreachable' };
  const to = endpointText(branch);
  return to === original
    ? { kind: 'pass', masquerade, mark }
    : { kind: 'dnat', to, masquerade, mark };
}

describeWithIptables('the simulator of iptables agrees with the kernel', (variant) => {
  test('in generated worlds', { timeout: 600_000 }, async () => {
    const kinds = new Map<string, number>();
    for (const { world, packets } of sampled(questions(20), 20)) {
      const { families } = planWorld(world);
      const rulesets = families.map((family) => buildIptables(family));
      const isLoopbackOpen = families.some((family) => family.nodePortAddresses.loopback);
      const { localIPs } = world.node;
      const simulate = iptablesSimulatorOf(rulesets, localIPs, isLoopbackOpen);
      const node = await createKernelNode({
        localIPs,
        interfaces: ['cbr0', 'veth1', 'cbr01'],
        routeLocalnet: isLoopbackOpen,
      });
      try {
        await loadIptables(
          node,
          variant,
          renderIptablesRestore(rulesets),
          rulesets.length === 1 ? rulesets[0]?.family : undefined,
        );
        for (const [at, outcome] of (await node.send(packets)).entries()) {
          const packet = packets[at]!;
          const original = endpointText({
            destination: packet.to,
            destinationPort: packet.port,
          } as Branch);
          const expected = simulate(packet).branches.map((branch) =>
            seenByKernel(branch, original),
          );
          const what = `${JSON.stringify(packet)} became ${JSON.stringify(outcome)}`;
          expect(expected, what).toContainEqual(outcome);
          kinds.set(outcome.kind, (kinds.get(outcome.kind) ?? 0) + 1);
        }
      } finally {
        await node.dispose();
      }
    }
    // A search that only ever meets one kind of outcome proves nothing.
    for (const kind of ['dnat', 'pass', 'drop', 'reject'])
      expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(2);
  });
});
