import type { FamilyPlan, Plan } from '../../plan/plan.ts';
import type { Chain, Ruleset } from '../ast.ts';
import { assembleTable } from './assemble.ts';
import { type Fragment, type FragmentBuilder, newFragment } from './fragment.ts';
import { addServicePort } from './frontends.ts';

/**
 * Plan to nftables ruleset: a constant program over maps (docs/layout.md), one table per family.
 * Services and endpoints are elements; chains do not grow with them, save for sticky ServicePorts.
 */
export const buildNftables = (plan: Plan): Ruleset => assemble(planFragments(plan));

/** A family's settings, and what each of its Services contributes. */
export interface FamilyFragments {
  readonly family: FamilyPlan;
  readonly fragments: readonly Fragment[];
}

/** The Services of a plan, each by itself. */
export const planFragments = (plan: Plan): readonly FamilyFragments[] =>
  plan.families.map((family) => ({ family, fragments: fragmentsOf(family) }));

/** The ruleset that fragments make up. */
export const assemble = (families: readonly FamilyFragments[]): Ruleset => ({
  tables: families.map(({ family, fragments }) => assembleTable(family, fragments)),
});

/** What each Service of a family contributes, in the order of the plan. */
function fragmentsOf(family: FamilyPlan): readonly Fragment[] {
  const fragments = new Map<string, FragmentBuilder>();
  const made = new Map<string, Chain>();
  for (const servicePort of family.servicePorts) {
    const service = `${servicePort.namespace}/${servicePort.service}`;
    const fragment = fragments.get(service) ?? newFragment(service, made);
    fragments.set(service, fragment);
    addServicePort(fragment, family, servicePort);
  }
  return [...fragments.values()];
}
