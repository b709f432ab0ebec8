import { describe, expect, test } from 'vitest';
import { caseNames, expectationOf, readCase } from '../support/cases.ts';
import { decide } from './decide.ts';

describe('the oracle agrees with the behaviour cases', () => {
  test.each(caseNames)('%s', (name) => {
    const { node, input, flows } = readCase(name);
    for (const { name: flow, expect: expected, sticky: _, ...packet } of flows) {
      const outcome = decide({ objects: input, node }, packet);
      expect(expectationOf(outcome), `${flow}: ${JSON.stringify(packet)}`).toEqual(expected);
    }
  });
});
