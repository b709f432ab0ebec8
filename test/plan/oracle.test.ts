import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildModel } from '../../src/model/model.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { oracleOf } from '../oracle/decide.ts';
import type { Manifest } from '../oracle/manifest.ts';
import type { NodeRecord } from '../oracle/world.ts';
import { optionsOfNode } from '../support/cases.ts';
import { objectOf } from '../support/objects.ts';
import { shuffled, worlds } from '../support/worlds.ts';
import { packetsOf } from '../support/worlds-packets.ts';
import { askPlan } from './ask-plan.ts';

const numRuns = process.env['NATC_LONG'] === '1' ? 20_000 : 400;

const build = (objects: readonly Manifest[], node: NodeRecord): ReturnType<typeof buildPlan> => {
  const { cluster, settings } = buildModel(
    objects.map((each) => objectOf(each)),
    optionsOfNode(node),
  );
  return buildPlan(cluster, settings);
};

const questions = worlds.chain((world) =>
  fc.tuple(fc.constant(world), fc.array(packetsOf(world), { minLength: 10, maxLength: 30 })),
);

test('the plan and the oracle answer every packet of every world alike', () => {
  fc.assert(
    fc.property(questions, ([world, packets]) => {
      const { plan } = build(world.objects, world.node);
      const oracle = oracleOf(world);
      for (const packet of packets) {
        expect(askPlan(plan, world.node.localIPs, packet), JSON.stringify(packet)).toEqual(
          oracle(packet),
        );
      }
    }),
    { numRuns },
  );
});

test('the order of the objects makes no difference to plan and diagnostics', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), ({ objects, node }, seed) => {
      expect(build(shuffled(objects, seed), node)).toEqual(build(objects, node));
    }),
    { numRuns: numRuns / 4 },
  );
});
