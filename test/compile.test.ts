import { expect, test } from 'vitest';
import { letGoOfRules } from '../src/compile.ts';
import { writeRuleset, writtenFragments } from '../src/nftables/canonical/write.ts';
import { serviceObject, sliceObject } from './support/kernel-cluster.ts';
import { compiled } from './support/live-host.ts';

const output = () =>
  compiled([
    serviceObject('web', { clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80 }] }),
    sliceObject('web', 'IPv4', [{ addresses: ['10.1.0.3'] }, { addresses: ['10.1.0.4'] }]),
  ]);

test('rules that were let go of are laid out anew when somebody asks for them', () => {
  const some = output();
  const { ruleset, fragments } = some;
  expect(some.ruleset).toBe(ruleset);
  letGoOfRules(some);
  expect(some.ruleset).not.toBe(ruleset);
  expect(some.ruleset).toEqual(ruleset);
  expect(some.fragments).toEqual(fragments);
});

test('what was written of them stays', () => {
  const some = output();
  const before = writeRuleset(some.fragments);
  letGoOfRules(some);
  const written = some.plan.families.map((family) =>
    writtenFragments(family, () => {
      throw new Error('they are written already');
    }),
  );
  expect(written.flat().map(({ record }) => record)).toEqual(
    before.tables.flatMap(({ fragments }) => [...fragments.values()]),
  );
});
