import { describe, expect, test } from 'vitest';
import { buildModel } from '../../src/model/model.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { caseNames, expectationOf, optionsOfNode, readCase } from '../support/cases.ts';
import { objectOf } from '../support/objects.ts';
import { planOutcome } from '../support/plan-outcome.ts';

describe('the plan agrees with the behaviour cases', () => {
  test.each(caseNames)('%s', (name) => {
    const { node, input, flows } = readCase(name);
    const objects = input.map((item) => objectOf(item));
    const { cluster, settings } = buildModel(objects, optionsOfNode(node));
    const { plan } = buildPlan(cluster, settings);
    for (const { name: flow, expect: expected, ...packet } of flows) {
      const outcome = planOutcome(plan, node.localIPs, packet);
      expect(expectationOf(outcome), `${flow}: ${JSON.stringify(packet)}`).toEqual(expected);
    }
  });
});
