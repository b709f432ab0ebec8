/** Worlds (test/oracle/world.ts) through natc's own pipeline, validated as the case files want it. */

import type { Ruleset } from '../../src/nftables/ast.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { World } from '../oracle/world.ts';
import { optionsOfNode } from './cases.ts';
import { compileValid } from './worlds-compile.ts';

export const planWorld = (world: World): Plan =>
  compileValid(world, optionsOfNode(world.node)).plan;

export const compileWorld = (world: World): Ruleset =>
  compileValid(world, optionsOfNode(world.node)).ruleset;
