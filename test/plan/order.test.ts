import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shuffled, worlds } from '../support/worlds.ts';
import { planOf } from '../support/worlds-compile.ts';

test('the order of the objects makes no difference to plan and diagnostics', () => {
  const numRuns = process.env['NATC_LONG'] === '1' ? 5000 : 100;
  fc.assert(
    fc.property(worlds, fc.nat(), ({ objects, node }, seed) => {
      const { plan, diagnostics } = planOf({ objects, node });
      const other = planOf({ objects: shuffled(objects, seed), node });
      expect(other.plan).toEqual(plan);
      expect(planned(other.diagnostics)).toEqual(planned(diagnostics));
    }),
    { numRuns },
  );
});

/** Those of this stage; the model stage speaks in the order of its input. */
const planned = <T extends { readonly code: string }>(diagnostics: readonly T[]): readonly T[] =>
  diagnostics.filter(({ code }) => code.startsWith('NATC3'));
