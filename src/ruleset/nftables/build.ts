import type { FamilyPlan, Plan } from '../../plan/plan.ts';
import type { Ruleset } from '../ast.ts';
import { assembleTable } from './assemble.ts';
import { type Fragment, type FragmentBuilder, newFragment } from './fragment.ts';
import { addServicePort } from './frontends.ts';

/**
 * Plan to nftables ruleset: a constant program over maps (docs/layout.md), one table per family.
 * Services and endpoints are elements; chains do not grow with them, save for sticky ServicePorts.
 */
export const buildNftables = (plan: Plan): Ruleset => ({
  tables: plan.families.map((family) => assembleTable(family, fragmentsOf(family))),
});

/** What each Service of a family contributes, in the order of the plan. */
export function fragmentsOf(family: FamilyPlan): readonly Fragment[] {
  const fragments = new Map<string, FragmentBuilder>();
  for (const servicePort of family.servicePorts) {
    const service = `${servicePort.namespace}/${servicePort.service}`;
    const fragment = fragments.get(service) ?? newFragment(service);
    fragments.set(service, fragment);
    addServicePort(fragment, family, servicePort);
  }
  return [...fragments.values()];
}
