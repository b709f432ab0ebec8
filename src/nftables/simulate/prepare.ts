import type { NftFamily } from '../../net/family.ts';
import type {
  Chain,
  Collection,
  DataElement,
  Hook,
  Ruleset,
  SetElement,
  Table,
  VerdictElement,
} from '../ast.ts';
import { type ElementIndex, indexElements } from './element-index.ts';

/** A ruleset with the indexes that make running many packets through it cheap. */
export interface PreparedRuleset {
  readonly ruleset: Ruleset;
  readonly families: ReadonlyMap<NftFamily, PreparedFamily>;
}

export interface PreparedFamily {
  /** Base chains of all tables of the family, per hook, in the order the kernel runs them. */
  readonly hooks: ReadonlyMap<Hook['hook'], readonly BaseChain[]>;
}

export interface BaseChain {
  readonly chain: Chain;
  readonly hook: Hook;
  readonly table: PreparedTable;
}

/** Names are looked up per table: a rule only sees what stands in its own. */
export interface PreparedTable {
  readonly table: Table;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly collections: ReadonlyMap<string, PreparedCollection>;
}

export interface PreparedCollection {
  readonly collection: Collection;
  readonly index: ElementIndex<AnyElement>;
}

export type AnyElement = SetElement | VerdictElement | DataElement;

/** Builds the indexes, once per ruleset; linear in its size. */
export function prepare(ruleset: Ruleset): PreparedRuleset {
  const families = new Map<NftFamily, { hooks: Map<Hook['hook'], BaseChain[]> }>();
  for (const table of ruleset.tables) {
    const family = families.get(table.family) ?? { hooks: new Map() };
    families.set(table.family, family);
    const prepared = prepareTable(table);
    for (const chain of table.chains) {
      if (chain.hook === undefined) continue;
      const chains = family.hooks.get(chain.hook.hook) ?? [];
      chains.push({ chain, hook: chain.hook, table: prepared });
      family.hooks.set(chain.hook.hook, chains);
    }
  }
  for (const { hooks } of families.values()) {
    for (const chains of hooks.values()) chains.sort((a, b) => a.hook.priority - b.hook.priority);
  }
  return { ruleset, families };
}

function prepareTable(table: Table): PreparedTable {
  return {
    table,
    chains: new Map(table.chains.map((chain) => [chain.name, chain])),
    collections: new Map(
      table.collections.map((collection) => [
        collection.name,
        { collection, index: indexElements<AnyElement>(collection.elements) },
      ]),
    ),
  };
}
