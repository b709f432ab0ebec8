import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { test } from 'vitest';
import { oracleOf } from '../oracle/decide.ts';
import { planOutcome } from '../support/plan-outcome.ts';
import { compileValid, optionsOf } from '../support/worlds-compile.ts';
import { irregularWorlds } from '../support/worlds-irregular.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { disagreement, forAll } from '../support/worlds-property.ts';

const irregularQuestions = irregularWorlds.chain((world) =>
  fc.record({
    world: fc.constant(world),
    packets: fc.array(packetsOf(world), { minLength: 25, maxLength: 25 }),
  }),
);

test('what the API server would refuse is read as kube-proxy reads it (--validate warn)', () => {
  forAll(irregularQuestions, 200, ({ world, packets }) => {
    const { plan } = compileValid(world, { ...optionsOf(world), validate: 'warn' });
    const oracle = oracleOf(world);
    for (const packet of packets) {
      const expected = oracle(packet);
      const actual = planOutcome(plan, world.node.localIPs, packet);
      if (!isDeepStrictEqual(actual, expected)) {
        return disagreement(world, packet, { oracle: expected, plan: actual });
      }
    }
    return undefined;
  });
});
