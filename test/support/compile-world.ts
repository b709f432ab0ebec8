/** Worlds (test/oracle/world.ts) through natc's own pipeline. */
import { buildModel } from '../../src/model/model.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Ruleset } from '../../src/ruleset/ast.ts';
import { buildNftables } from '../../src/ruleset/nftables/build.ts';
import type { World } from '../oracle/world.ts';
import { optionsOfNode } from './cases.ts';
import { objectOf } from './objects.ts';

export function planWorld({ objects, node }: World): Plan {
  const { cluster, settings } = buildModel(
    objects.map((object) => objectOf(object)),
    optionsOfNode(node),
  );
  return buildPlan(cluster, settings).plan;
}

export const compileWorld = (world: World): Ruleset => buildNftables(planWorld(world));
