import { expect, test } from 'vitest';
import { caseNames, readCase } from '../support/cases.ts';
import { type Difference, describeDifference, differences } from './compare.ts';
import { tally } from './tally.ts';

const all: Difference[] = [];
let flowCount = 0;

test.each(caseNames)('%s', async (name) => {
  const { node, input, flows } = readCase(name);
  const found = await differences({ node, objects: input }, flows);
  flowCount += flows.length;
  all.push(...found);
  for (const difference of found) {
    if (difference.meant !== undefined) {
      console.log(`${name}, ${difference.meant}: ${describeDifference(difference)}`);
    }
  }
  const unexplained = found.filter(({ meant }) => meant === undefined);
  expect(unexplained.map(describeDifference)).toEqual([]);
});

test('all of them', () => {
  console.log(`${caseNames.length} cases, ${flowCount} flows, ${tally(all)}`);
});
