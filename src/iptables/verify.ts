import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from './ast.ts';
import { longestChainName } from './names.ts';

/**
 * Checks that a ruleset is whole before iptables-restore sees it: every chain that is jumped to exists,
 * no name is too long for the kernel or stands twice in a table, no rule twice in a chain.
 *
 * @returns one sentence per defect; each is a bug in the ruleset stage, so an empty list is expected.
 */
export const verifyIptables = ({ family, tables }: IptablesRuleset): readonly string[] =>
  tables.flatMap((table) =>
    verifyTable(table).map((defect) => `${family} table ${table.name}: ${defect}`),
  );

function verifyTable({ jumps, chains }: IptablesTable): readonly string[] {
  const defects: string[] = [];
  const names = new Set<string>();
  for (const { name } of chains) {
    if (name.length > longestChainName)
      defects.push(`chain ${name} has more than ${longestChainName} characters`);
    if (names.has(name)) defects.push(`chain ${name} is defined twice`);
    names.add(name);
  }
  for (const { from, to } of jumps)
    if (!names.has(to)) defects.push(`chain ${from} leads to no chain (${to})`);
  for (const chain of chains) verifyRules(chain, names, defects);
  return defects;
}

function verifyRules(
  { name, rules }: IptablesChain,
  names: ReadonlySet<string>,
  defects: string[],
): void {
  const seen = new Set<string>();
  for (const rule of rules) {
    const { target } = rule;
    if ((target.kind === 'jump' || target.kind === 'goto') && !names.has(target.chain))
      defects.push(`chain ${name} leads to no chain (${target.chain})`);
    const key = ruleKey(rule);
    if (seen.has(key)) defects.push(`chain ${name} has a rule twice: ${key}`);
    seen.add(key);
  }
}

/** What a rule does: a second one would never be reached, or do the same again. */
const ruleKey = ({ matches, target }: IptablesRule): string => JSON.stringify([matches, target]);
