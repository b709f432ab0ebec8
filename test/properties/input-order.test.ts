import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { test } from 'vitest';
import { shuffled, worlds } from '../support/worlds.ts';
import { describeWorld, planOf } from '../support/worlds-compile.ts';
import { forAll } from '../support/worlds-property.ts';

const reordered = fc.record({ world: worlds, order: fc.nat() });

test('the order of the objects makes no difference to plan and diagnostics', () => {
  forAll(reordered, 100, ({ world, order }) => {
    const other = { ...world, objects: shuffled(world.objects, order) };
    return isDeepStrictEqual(planOf(world), planOf(other)) ? undefined : describeWorld(other);
  });
});
