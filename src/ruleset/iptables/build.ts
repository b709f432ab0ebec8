import type { FamilyPlan } from '../../plan/plan.ts';
import type { IptablesRuleset } from './ast.ts';
import { filterTable } from './filter-table.ts';
import type { Hash } from './hash.ts';
import { mangleTable } from './mangle-table.ts';
import { newChainNames } from './names.ts';
import { natTable } from './nat-table.ts';

/**
 * One family's plan as iptables rules (section 14): the same packets go the same way as with the
 * nftables tables. A chain per ServicePort and, where it is needed, per endpoint.
 *
 * The tables stand in the order in which they take effect best: what refuses is there before nat sends
 * the first packet anywhere.
 *
 * @param hash for tests, that want colliding names
 */
export function buildIptables(family: FamilyPlan, hash?: Hash): IptablesRuleset {
  const names = newChainNames(hash);
  return {
    family: family.family,
    tables: [mangleTable(family, names), filterTable(family), natTable(family, names)],
  };
}
