import type { Chain, Collection, Key, Ruleset, Statement, Table } from './ast.ts';
import { addKey, isSamePrefix, keyText, newSeenKeys } from './seen-keys.ts';

/**
 * Checks that a ruleset is whole before anybody sees it: every chain, set and map that is named
 * exists and is of the right kind, no key stands twice in a map or a set of intervals, no name twice in a table.
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
  for (const { key } of collection.elements) {
    if (key.length !== collection.key.length)
      defects.push(`${collection.name}: ${keyText(key)} has not ${collection.key.length} parts`);
  }
  if (collection.kind === 'verdict-map') {
    for (const { key, verdict } of collection.elements)
      if (verdict.kind === 'goto' && !chains.has(verdict.chain))
        defects.push(`${collection.name}: ${keyText(key)} leads to no chain (${verdict.chain})`);
  }
  for (const key of repeatedKeys(collection))
    defects.push(`${collection.name}: ${keyText(key)} stands twice`);
}

function repeatedKeys(collection: Collection): readonly Key[] {
  const { kind, elements } = collection;
  if (kind === 'data-map' && areNumbered(elements)) return [];
  // A plain set takes an element twice without harm, and hairpins are as many as a cluster's endpoints.
  if (kind === 'set' && !collection.interval) return [];
  const seen = newSeenKeys();
  const repeated: Key[] = [];
  for (const { key } of elements) if (!addKey(seen, key)) repeated.push(key);
  return repeated;
}

/**
 * Whether keys that differ in their last part alone, a number that grows, are all neighbours, as those of
 * endpoint maps are, which hold most elements: then no key stands twice.
 */
function areNumbered(elements: Collection['elements']): boolean {
  const seen = newSeenKeys();
  let previous: Key = [];
  for (const { key } of elements) {
    const last = key.length - 1;
    const number = key[last];
    if (typeof number !== 'number') return false;
    if (previous.length === key.length && isSamePrefix(previous, key, last)) {
      if (number <= Number(previous[last])) return false;
    } else if (!addKey(seen, key, last)) return false;
    previous = key;
  }
  return true;
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
      wants(statement.map, 'data-map');
      break;
    case 'map-update':
      wants(statement.map, statement.value === undefined ? 'set' : 'data-map');
      break;
    case 'jump':
    case 'goto':
      if (!chains.has(statement.chain))
        defects.push(`chain ${chain} leads to no chain (${statement.chain})`);
      break;
  }
}
