import type { Plan } from '../../plan/plan.ts';
import type { Ruleset } from '../ast.ts';
import { buildTable } from './table.ts';

/**
 * Plan to nftables ruleset: a constant program over maps (docs/layout.md), one table per family.
 * Services and endpoints are elements; chains do not grow with them, save for sticky ServicePorts.
 */
export const buildNftables = (plan: Plan): Ruleset => ({
  tables: plan.families.map(buildTable),
});
