import { describe, expect, test } from 'vitest';
import { caseNames, readCase } from '../support/cases.ts';
import { compileWorld } from '../support/compile-world.ts';
import { expectationOf, simulatorOf } from '../support/simulate.ts';

describe('compiled and simulated, the behaviour cases hold', () => {
  test.each(caseNames)('%s', (name) => {
    const { node, input, flows } = readCase(name);
    const simulate = simulatorOf(compileWorld({ objects: input, node }), node.localIPs);
    for (const flow of flows) {
      const outcome = expectationOf(simulate(flow));
      expect(outcome, `${flow.name}: ${JSON.stringify(flow)}`).toEqual(flow.expect);
    }
  });
});
