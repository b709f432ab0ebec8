import type { Chain, Collection, Key, Ruleset, Statement, Table } from './ast.ts';

/**
 * Checks that a ruleset is whole before anybody sees it: every chain, set and map that is named
 * exists and is of the right kind, no key stands twice in a map, no name twice in a table.
 *
 * @returns one sentence per defect; each is a bug in the ruleset stage, so an empty list is expected.
 */
export const verifyRuleset = (ruleset: Ruleset): readonly string[] =>
  ruleset.tables.flatMap(verifyTable);

function verifyTable(table: Table): readonly string[] {
  const defects: string[] = [];
  const chains = indexByName(table.chains, 'chain', defects);
  const collections = indexByName(table.collections, 'set or map', defects);
  for (const collection of table.collections) verifyElements(collection, chains, defects);
  for (const chain of table.chains)
    for (const rule of chain.rules)
      for (const statement of rule.statements)
        verifyStatement(statement, chain.name, chains, collections, defects);
  return defects.map((defect) => `table ${table.family} ${table.name}: ${defect}`);
}

function indexByName<T extends { readonly name: string }>(
  things: readonly T[],
  what: string,
  defects: string[],
): ReadonlyMap<string, T> {
  const index = new Map<string, T>();
  for (const thing of things) {
    if (index.has(thing.name)) defects.push(`${what} ${thing.name} is defined twice`);
    index.set(thing.name, thing);
  }
  return index;
}

function verifyElements(
  collection: Collection,
  chains: ReadonlyMap<string, Chain>,
  defects: string[],
): void {
  const keys = new Set<string>();
  for (const element of collection.elements) {
    const key = keyText(element.key);
    if (element.key.length !== collection.key.length)
      defects.push(`${collection.name}: ${key} has not ${collection.key.length} parts`);
    if (keys.has(key)) defects.push(`${collection.name}: ${key} stands twice`);
    keys.add(key);
    if (
      'verdict' in element &&
      element.verdict.kind === 'goto' &&
      !chains.has(element.verdict.chain)
    )
      defects.push(`${collection.name}: ${key} leads to no chain (${element.verdict.chain})`);
  }
}

/** As `join(' . ')` would make it, which takes three times as long. */
function keyText(key: Key): string {
  let text = '';
  for (const part of key) text = text === '' ? `${part}` : `${text} . ${part}`;
  return text;
}

function verifyStatement(
  statement: Statement,
  chain: string,
  chains: ReadonlyMap<string, Chain>,
  collections: ReadonlyMap<string, Collection>,
  defects: string[],
): void {
  const wants = (name: string, kind: Collection['kind']): void => {
    if (collections.get(name)?.kind !== kind)
      defects.push(`chain ${chain} looks into ${name}, which is no ${kind}`);
  };
  switch (statement.kind) {
    case 'in-set':
      wants(statement.set, 'set');
      break;
    case 'vmap':
      wants(statement.map, 'verdict-map');
      break;
    case 'dnat':
    case 'map-update':
      wants(statement.map, 'data-map');
      break;
    case 'jump':
    case 'goto':
      if (!chains.has(statement.chain))
        defects.push(`chain ${chain} leads to no chain (${statement.chain})`);
      break;
  }
}
