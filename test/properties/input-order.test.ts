import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { shuffled, worlds } from '../support/worlds.ts';
import { describeWorld, type PlannedWorld, planOf } from '../support/worlds-compile.ts';
import { forAll } from '../support/worlds-property.ts';

const reordered = fc.record({ world: worlds, order: fc.nat() });

test('the order of the objects makes no difference to plan and diagnostics', () => {
  forAll(reordered, 100, ({ world, order }) => {
    const other = { ...world, objects: shuffled(world.objects, order) };
    return isDeepStrictEqual(inOrder(planOf(world)), inOrder(planOf(other)))
      ? undefined
      : describeWorld(other);
  });
});

/** The model stage speaks in the order of its input; whoever prints diagnostics sorts them. */
const inOrder = ({ plan, diagnostics }: PlannedWorld): PlannedWorld => ({
  plan,
  diagnostics: diagnostics.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
});

const keyOf = ({ code, message }: Diagnostic): string => `${code} ${message}`;
