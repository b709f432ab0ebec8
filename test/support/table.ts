/** Looks into a built table, for tests: everything as nft prints it. */

import type { Chain, Collection, Ruleset, Table } from '../../src/nftables/ast.ts';
import { renderElement, renderRule } from '../../src/nftables/render/nft.ts';

export function tableOf(ruleset: Ruleset, family: 'ip' | 'ip6' = 'ip'): Table {
  const table = ruleset.tables.find((candidate) => candidate.family === family);
  if (table === undefined) throw new Error(`no table ${family}`);
  return table;
}

function withoutComment<T extends { readonly comment?: string }>(element: T): T {
  const { comment: _, ...rest } = element;
  return rest as T;
}

export function elementsOf(table: Table, name: string): readonly string[] {
  const collection = table.collections.find((candidate: Collection) => candidate.name === name);
  return (collection?.elements ?? []).map((element) => renderElement(withoutComment(element)));
}

export function rulesOf(table: Table, name: string): readonly string[] | undefined {
  const chain = table.chains.find((candidate: Chain) => candidate.name === name);
  return chain?.rules.map((rule) => renderRule(rule, table.family));
}
