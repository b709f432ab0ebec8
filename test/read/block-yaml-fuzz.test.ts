import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareItems, compareReaders } from '../support/compare-readers.ts';
import { kubectlDocuments } from '../support/kubectl-yaml.ts';
import { mutate, mutation } from '../support/mutate-yaml.ts';

const isLong = process.env['NATC_LONG'] === '1';
const numRuns = isLong ? 150_000 : 2000;

test.each([
  ['the block reader agrees with the full reader', compareReaders, 0.3],
  ['reading item by item agrees with the full reader', compareItems, 0.1],
])(
  '%s on mutated kubectl documents',
  (_name, check, leastAnswered) => {
    let answered = 0;
    let runs = 0;
    const documents = fc.constantFrom(...kubectlDocuments);
    const mutations = fc.array(mutation, { maxLength: 4 });
    fc.assert(
      fc.property(documents, mutations, (document, changes) => {
        runs++;
        if (check(changes.reduce(mutate, document))) answered++;
      }),
      { numRuns },
    );
    // Were it to give up always, the comparison would say nothing.
    expect(answered / runs).toBeGreaterThan(leastAnswered);
  },
  3_600_000,
);
