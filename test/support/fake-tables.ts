/**
 * Tables in memory that take the operations of a delta as the kernel takes a transaction: what it would
 * refuse throws, with the name of its error.
 */
import type { NftFamily } from '../../src/net/family.ts';
import type { CanonicalRuleset } from '../../src/nftables/canonical/canonical.ts';
import type { Operation } from '../../src/nftables/delta.ts';

interface FakeCollection {
  readonly what: 'set' | 'map';
  readonly declaration: string;
  readonly comment: string | undefined;
  /** The kernel joins neighbours: what it has is no longer what was added. */
  readonly merges: boolean;
  readonly isDynamic: boolean;
  readonly elements: Map<string, string>;
}

interface FakeTable {
  readonly comment: string | undefined;
  readonly chains: Map<string, { readonly hook: string; readonly rules: string[] }>;
  readonly collections: Map<string, FakeCollection>;
}

export type FakeTables = Map<string, FakeTable>;

/** @param ruleset what the kernel holds */
export const fakeTables = ({ tables }: CanonicalRuleset): FakeTables =>
  new Map(
    tables.map((table) => [
      `${table.family} ${table.name}`,
      {
        comment: table.comment,
        chains: new Map(
          Array.from(table.chains, ([name, { hook, rules }]) => [
            name,
            { hook, rules: [...rules] },
          ]),
        ),
        collections: new Map(
          Array.from(table.collections, ([name, { kind, elements, ...rest }]) => [
            name,
            { ...rest, what: kind, elements: new Map(elements) },
          ]),
        ),
      },
    ]),
  );

/**
 * Does a transaction.
 *
 * @param next says of collections that are added what their declarations mean
 */
export function applyOperations(
  tables: FakeTables,
  operations: readonly Operation[],
  next: CanonicalRuleset,
): void {
  for (const operation of operations) applyOne(tables, operation, next);
}

function applyOne(tables: FakeTables, operation: Operation, next: CanonicalRuleset): void {
  const { family, table: tableName } = operation;
  const key = `${family} ${tableName}`;
  if (operation.kind === 'add-table') {
    if (!tables.has(key))
      tables.set(key, { comment: operation.comment, chains: new Map(), collections: new Map() });
    return;
  }
  const table = found(tables, key);
  switch (operation.kind) {
    case 'delete-table':
      tables.delete(key);
      return;
    case 'add-chain': {
      const known = table.chains.get(operation.chain);
      if (known !== undefined && known.hook !== operation.hook) refuse('EOPNOTSUPP', operation);
      if (known === undefined)
        table.chains.set(operation.chain, { hook: operation.hook, rules: [] });
      return;
    }
    case 'flush-chain':
      found(table.chains, operation.chain).rules.length = 0;
      return;
    case 'delete-chain':
      if (found(table.chains, operation.chain).rules.length > 0) refuse('EBUSY', operation);
      if (chainsInUse(table).has(operation.chain)) refuse('EBUSY', operation);
      table.chains.delete(operation.chain);
      return;
    case 'add-rule': {
      for (const name of chainsIn(operation.rule)) found(table.chains, name);
      for (const name of collectionsIn(operation.rule)) found(table.collections, name);
      found(table.chains, operation.chain).rules.push(operation.rule);
      return;
    }
    case 'add-collection':
      if (table.collections.has(operation.collection)) refuse('EEXIST', operation);
      table.collections.set(operation.collection, {
        ...meaningOf(next, family, operation.collection),
        what: operation.what,
        declaration: operation.declaration,
        comment: operation.comment,
        elements: new Map(),
      });
      return;
    case 'delete-collection':
      found(table.collections, operation.collection);
      if (collectionsInUse(table).has(operation.collection)) refuse('EBUSY', operation);
      table.collections.delete(operation.collection);
      return;
    case 'flush-set':
      found(table.collections, operation.collection).elements.clear();
      return;
    case 'add-elements': {
      const { merges, elements } = found(table.collections, operation.collection);
      // The kernel may have joined what is there to what is added.
      if (merges && elements.size > 0) refuse('EEXIST', operation);
      for (const element of operation.elements) {
        const [name, rest] = split(element);
        for (const chain of chainsIn(rest)) found(table.chains, chain);
        if (elements.has(name)) refuse('EEXIST', operation);
        elements.set(name, rest);
      }
      return;
    }
    case 'delete-elements': {
      const { merges, elements } = found(table.collections, operation.collection);
      if (merges) refuse('ENOENT', operation);
      for (const name of operation.elements)
        if (!elements.delete(name)) refuse('ENOENT', operation);
      return;
    }
  }
}

function refuse(error: string, operation: Operation): never {
  throw new Error(`${error}: ${JSON.stringify(operation)}`);
}

function found<T>(things: ReadonlyMap<string, T>, name: string): T {
  const thing = things.get(name);
  if (thing === undefined) throw new Error(`ENOENT: ${name}`);
  return thing;
}

/** A key and what follows it: a comment, a value, or nothing. */
function split(element: string): readonly [key: string, rest: string] {
  const end = /( comment "| : )/.exec(element)?.index ?? element.length;
  return [element.slice(0, end), element.slice(end)];
}

const chainsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:goto|jump) (\S+)/g)].map(([, name = '']) => name.replace(/,$/, ''));

const collectionsIn = (text: string): readonly string[] =>
  [...text.matchAll(/@([^\s}]+)/g)].map(([, name = '']) => name);

function chainsInUse({ chains, collections }: FakeTable): ReadonlySet<string> {
  const rules = [...chains.values()].flatMap(({ rules: texts }) => texts);
  const values = [...collections.values()].flatMap(({ elements }) => [...elements.values()]);
  return new Set([...rules, ...values].flatMap(chainsIn));
}

const collectionsInUse = ({ chains }: FakeTable): ReadonlySet<string> =>
  new Set([...chains.values()].flatMap(({ rules }) => rules.flatMap(collectionsIn)));

function meaningOf(
  { tables }: CanonicalRuleset,
  family: NftFamily,
  name: string,
): Pick<FakeCollection, 'merges' | 'isDynamic'> {
  const collection = tables.find((table) => table.family === family)?.collections.get(name);
  return { merges: collection?.merges === true, isDynamic: collection?.isDynamic === true };
}
