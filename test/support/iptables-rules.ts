/** Looks into built iptables rules, for tests: as iptables-restore gets them. */

import type { TableName } from '../../src/iptables/ast.ts';
import { buildIptables } from '../../src/iptables/layout/build.ts';
import { renderIptablesRule } from '../../src/iptables/render/iptables-rule.ts';
import type { FamilyPlan } from '../../src/plan/plan.ts';

export type RulesOf = (table: TableName, chain: string) => readonly string[];

/** Names chains by their kind: `NATC-SVC-…` is `SVC`, and endpoints' chains are numbered in order. */
export function iptablesRulesOf(family: FamilyPlan): RulesOf {
  const { tables } = buildIptables(family);
  const short = new Map<string, string>();
  for (const { chains } of tables)
    for (const { name } of chains) {
      const [, kind] = /^NATC-(SVC|SVL|EXT|EXL|ETP|FW|SEP)-/.exec(name) ?? [];
      if (kind === undefined) short.set(name, name.replace('NATC-', ''));
      else if (!short.has(name))
        short.set(name, kind === 'SEP' ? `SEP${countOf(short, 'SEP') + 1}` : kind);
    }
  return (table, chain) =>
    tables
      .find(({ name }) => name === table)!
      .chains.filter(({ name }) => short.get(name) === chain)
      .flatMap(({ rules }) => rules)
      .map((rule) =>
        renderIptablesRule(rule).replaceAll(/NATC-[A-Z0-9-]+/g, (name) => short.get(name) ?? name),
      );
}

const countOf = (names: ReadonlyMap<string, string>, kind: string): number =>
  [...names.values()].filter((name) => name.startsWith(kind)).length;
