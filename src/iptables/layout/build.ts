import type { FamilyPlan, Plan } from '../../plan/plan.ts';
import type { IptablesRuleset } from '../ast.ts';
import type { Hash } from '../hash.ts';
import { newChainNames } from '../names.ts';
import { verifyIptables } from '../verify.ts';
import { filterTable } from './filter-table.ts';
import { mangleTable } from './mangle-table.ts';
import { natTable } from './nat-table.ts';

/**
 * One family's plan as iptables rules (I1 to I15): the same packets go the same way as with the
 * nftables tables. A chain per ServicePort and, where it is needed, per endpoint.
 *
 * The tables stand in the order in which they take effect best: what refuses is there before nat sends
 * the first packet anywhere.
 *
 * @param hash for tests, that want colliding names
 * @throws only when natc itself is wrong: the ruleset names something that is not there
 */
export function buildIptables(family: FamilyPlan, hash?: Hash): IptablesRuleset {
  const names = newChainNames(hash);
  const ruleset: IptablesRuleset = {
    family: family.family,
    tables: [mangleTable(family, names), filterTable(family), natTable(family, names)],
  };
  const defects = verifyIptables(ruleset);
  if (defects.length > 0) throw new Error(`defective iptables ruleset: ${defects.join('; ')}`);
  return ruleset;
}

/** The rules of a whole plan, a ruleset for each of its families. */
export const iptablesRulesets = ({
  families,
}: Pick<Plan, 'families'>): readonly IptablesRuleset[] =>
  families.map((family) => buildIptables(family));
