import { describe, expect, test } from 'vitest';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { caseNames, readCase } from '../support/cases.ts';
import { planWorld } from '../support/compile-world.ts';
import { expectationOf, iptablesSimulatorOf } from '../support/simulate.ts';

describe('as iptables rules, the behaviour cases hold', () => {
  test.each(caseNames)('%s', (name) => {
    const { node, input, flows } = readCase(name);
    const { families } = planWorld({ objects: input, node });
    const rulesets = families.map((family) => buildIptables(family));
    const simulate = iptablesSimulatorOf(rulesets, node.localIPs);
    for (const flow of flows) {
      const outcome = expectationOf(simulate(flow));
      expect(outcome, `${flow.name}: ${JSON.stringify(flow)}`).toEqual(flow.expect);
    }
  });
});
