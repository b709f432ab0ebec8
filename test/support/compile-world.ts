/** Worlds (test/oracle/world.ts) through natc's own pipeline, validated as the case files want it. */
import type { Plan } from '../../src/plan/plan.ts';
import type { Ruleset } from '../../src/ruleset/ast.ts';
import { buildNftables } from '../../src/ruleset/nftables/build.ts';
import type { World } from '../oracle/world.ts';
import { optionsOfNode } from './cases.ts';
import { planOf } from './worlds-compile.ts';

export const planWorld = (world: World): Plan => planOf(world, optionsOfNode(world.node)).plan;

export const compileWorld = (world: World): Ruleset => buildNftables(planWorld(world));
