import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildNftables } from '../../src/nftables/layout/build.ts';
import { renderNft } from '../../src/nftables/render/nft.ts';
import type { Branch } from '../../src/packet/outcome.ts';
import { planWorld } from '../support/compile-world.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type Outcome } from '../support/kernel-node.ts';
import { endpointText, simulatorOf } from '../support/simulate.ts';
import { worlds } from '../support/worlds.ts';
import { packetsOf } from '../support/worlds-packets.ts';

const worldCount = process.env['NATC_LONG'] === '1' ? 1000 : 50;
const packetsPerWorld = 20;

const seed = Number(process.env['NATC_SEED'] ?? Date.now() % 2 ** 31);

/** What the kernel would show of a branch: one that is translated to where it went anyway passes. */
function seenByKernel(branch: Branch, original: string): Outcome {
  const { verdict, masquerade, mark } = branch;
  if (verdict === 'drop' || verdict === 'martian') return { kind: 'drop' };
  if (verdict === 'reject') return { kind: 'reject', answer: 'port-unreachable' };
  const to = endpointText(branch);
  return to === original
    ? { kind: 'pass', masquerade, mark }
    : { kind: 'dnat', to, masquerade, mark };
}

describeWithKernel('the simulator agrees with the kernel', () => {
  const title = `on ${worldCount * packetsPerWorld} packets over ${worldCount} worlds, seed ${seed}`;
  test(title, { timeout: worldCount * 10_000 }, async () => {
    const kinds = new Map<string, number>();
    for (const [index, world] of fc.sample(worlds, { seed, numRuns: worldCount }).entries()) {
      const plan = planWorld(world);
      const ruleset = buildNftables(plan);
      const isLoopbackOpen = plan.families.some((family) => family.nodePortAddresses.loopback);
      const { localIPs } = world.node;
      const packets = fc.sample(packetsOf(world), {
        seed: seed + index,
        numRuns: packetsPerWorld,
      });
      const simulate = simulatorOf(ruleset, localIPs, isLoopbackOpen);
      const node = await createKernelNode({
        localIPs,
        interfaces: ['cbr0', 'veth1', 'cbr01'],
        routeLocalnet: isLoopbackOpen,
      });
      try {
        await node.load(renderNft(ruleset));
        const outcomes = await node.send(packets);
        for (const [at, packet] of packets.entries()) {
          const outcome = outcomes[at];
          const original = endpointText({
            destination: packet.to,
            destinationPort: packet.port,
          } as Branch);
          const expected = simulate(packet).branches.map((branch) =>
            seenByKernel(branch, original),
          );
          expect(
            expected,
            `seed ${seed}, world ${index}: ${JSON.stringify(packet)} became ${JSON.stringify(outcome)}`,
          ).toContainEqual(outcome);
          kinds.set(outcome?.kind ?? '', (kinds.get(outcome?.kind ?? '') ?? 0) + 1);
        }
      } finally {
        await node.dispose();
      }
    }
    // A search that only ever meets one kind of outcome proves nothing.
    for (const kind of ['dnat', 'pass', 'drop', 'reject']) {
      expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(worldCount / 5);
    }
  });
});
