import type { Chain, Collection, Statement, Table, VerdictElement } from '../../nftables/ast.ts';

/**
 * A table in which everything that is named is there: a listing may have been cut, or edited. Where a rule or
 * an element names what is missing, it is not understood, and so is a packet that gets there.
 */
export function withoutLooseEnds(table: Table): Table {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const kinds = new Map(table.collections.map(({ name, kind }) => [name, kind]));
  const missing = new Map<string, Chain>();

  const lack = (text: string, line: number, what: string): Statement => ({
    ...{ kind: 'not-understood', text, line },
    why: `${what} is not in the listing`,
  });

  const reach = (chain: string, line: number): void => {
    if (chains.has(chain) || missing.has(chain)) return;
    const statements = [lack(`goto ${chain}`, line, `chain ${chain}`)];
    missing.set(chain, { name: chain, rules: [{ statements }] });
  };

  const mend = (statement: Statement, text: string, line: number): Statement => {
    switch (statement.kind) {
      case 'jump':
      case 'goto':
        reach(statement.chain, line);
        return statement;
      case 'in-set':
        return kinds.get(statement.set) === 'set'
          ? statement
          : lack(text, line, `set ${statement.set}`);
      case 'vmap':
        return kinds.get(statement.map) === 'verdict-map'
          ? statement
          : lack(text, line, `map ${statement.map}`);
      case 'dnat':
        return kinds.get(statement.map) === 'data-map'
          ? statement
          : lack(text, line, `map ${statement.map}`);
      case 'map-update':
        return kinds.has(statement.map) ? statement : lack(text, line, `set ${statement.map}`);
      default:
        return statement;
    }
  };

  for (const collection of table.collections)
    for (const { verdict } of verdictElements(collection))
      if (verdict.kind === 'goto') reach(verdict.chain, 0);
  const mended = table.chains.map((chain) => ({
    ...chain,
    rules: chain.rules.map((rule) => {
      const { text, line } = rule.listed ?? { text: '', line: 0 };
      return { ...rule, statements: rule.statements.map((each) => mend(each, text, line)) };
    }),
  }));
  return { ...table, chains: [...mended, ...missing.values()] };
}

const verdictElements = (collection: Collection): readonly VerdictElement[] =>
  collection.kind === 'verdict-map' ? collection.elements : [];
