import { isDeepStrictEqual } from 'node:util';
import { test } from 'vitest';
import type { Ruleset } from '../../src/nftables/ast.ts';
import { commonFateOf } from '../../src/packet/outcome.ts';
import { oracleOf } from '../oracle/decide.ts';
import type { Outcome, Packet, World } from '../oracle/world.ts';
import { endpointText, simulatorOf } from '../support/simulate.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { disagreement, forAll, questions } from '../support/worlds-property.ts';

/** What the simulator says, in the oracle's words; `martian` is nothing that the proxy does. */
function simulated(world: World, ruleset: Ruleset): (packet: Packet) => unknown {
  const simulate = simulatorOf(ruleset, world.node.localIPs);
  return (packet) => {
    const answer = commonFateOf(simulate(packet));
    if (answer.kind === 'martian') return { kind: 'pass' };
    if (answer.kind !== 'dnat') return answer;
    return sorted({
      kind: 'dnat',
      endpoints: answer.endpoints.map((branch) => ({
        endpoint: endpointText(branch),
        probability: branch.probability,
        masquerade: branch.masquerade,
      })),
    });
  };
}

/** The order of candidates is no property of the ruleset. Probabilities are rounded. */
function sorted(outcome: Outcome): Outcome {
  if (outcome.kind !== 'dnat') return outcome;
  const endpoints = outcome.endpoints
    .map((candidate) => ({
      ...candidate,
      probability: Math.round(candidate.probability * 1e9) / 1e9,
    }))
    .sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  return { kind: 'dnat', endpoints };
}

test('the simulated ruleset treats every packet as the oracle does', () => {
  forAll(questions(20), 200, ({ world, packets }) => {
    const simulate = simulated(world, compileValid(world).ruleset);
    const oracle = oracleOf(world);
    for (const packet of packets) {
      const expected = sorted(oracle(packet));
      const actual = simulate(packet);
      if (!isDeepStrictEqual(actual, expected)) {
        return disagreement(world, packet, { oracle: expected, simulator: actual });
      }
    }
    return undefined;
  });
});
