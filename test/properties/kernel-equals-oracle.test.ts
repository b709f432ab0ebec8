import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { renderNft } from '../../src/nftables/render/nft.ts';
import { oracleOf } from '../oracle/decide.ts';
import type { Outcome } from '../oracle/world.ts';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type Outcome as Observed } from '../support/kernel-node.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { disagreement, type Question, questions, sampled } from '../support/worlds-property.ts';

const interfaces = ['cbr0', 'veth1', 'cbr01'];
/** Each packet is sent so often, to see more than one of its candidates. */
const repetitions = 3;

/**
 * What was observed is one of the things that the oracle allows.
 *
 * @param bare what the kernel does to the packet without any rules: it knows martians itself.
 */
function isAllowed(expected: Outcome, observed: Observed, bare: Observed): boolean {
  switch (expected.kind) {
    case 'dnat':
      return expected.endpoints.some(
        ({ endpoint, masquerade }) =>
          observed.kind === 'dnat' &&
          observed.to === endpoint &&
          observed.masquerade === masquerade,
      );
    case 'reject':
      return observed.kind === 'reject' && observed.answer === 'port-unreachable';
    case 'drop':
      return observed.kind === 'drop';
    case 'pass':
      return isDeepStrictEqual(observed, bare);
  }
}

async function judge({ world, packets }: Question): Promise<string | undefined> {
  const ruleset = renderNft(compileValid(world).ruleset);
  const oracle = oracleOf(world);
  const node = await createKernelNode({ localIPs: world.node.localIPs, interfaces });
  try {
    const bare = await node.send(packets);
    await node.load(ruleset);
    for (let round = 0; round < repetitions; round++) {
      const outcomes = await node.send(packets);
      for (const [index, packet] of packets.entries()) {
        const expected = oracle(packet);
        const observed = outcomes[index]!;
        if (!isAllowed(expected, observed, bare[index]!)) {
          return disagreement(world, packet, { oracle: expected, kernel: observed });
        }
      }
    }
    return undefined;
  } finally {
    await node.dispose();
  }
}

describeWithKernel('the kernel under a compiled ruleset', () => {
  test('treats packets as the oracle says', async () => {
    for (const question of sampled(questions(15), 20)) {
      expect(await judge(question)).toBeUndefined();
    }
  });
});
