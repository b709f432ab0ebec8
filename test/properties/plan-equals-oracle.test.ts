import { isDeepStrictEqual } from 'node:util';
import { test } from 'vitest';
import { oracleOf } from '../oracle/decide.ts';
import { planOutcome } from '../support/plan-outcome.ts';
import { compileValid } from '../support/worlds-compile.ts';
import { disagreement, forAll, questions } from '../support/worlds-property.ts';

test('the plan treats every packet as the oracle does', () => {
  forAll(questions(25), 400, ({ world, packets }) => {
    const { plan } = compileValid(world);
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
