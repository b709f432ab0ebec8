import type { Chain, Collection, Table } from '../nftables/ast.ts';
import { type Reference, referencesOf } from '../nftables/references.ts';
import { declarationLines, renderHook, renderRule } from '../nftables/render/nft.ts';

/** What differs between the rules of two tables, elements of sets and maps left aside. */
export interface ProgramDifference {
  /** The base chains, or what they lead to without a map, differ. */
  readonly isProgramChanged: boolean;
  /** Chains that differ, are on one side only, or lead to such a chain or to such a collection. */
  readonly changedChains: ReadonlySet<string>;
}

/** @param before undefined where a side has no table of the family. */
export function compareProgram(
  before: Table | undefined,
  after: Table | undefined,
): ProgramDifference {
  const sides = [before, after].map((table) => ({
    chains: new Map((table?.chains ?? []).map((chain) => [chain.name, chain])),
    declarations: new Map(
      (table?.collections ?? []).map((collection) => [
        collection.name,
        table === undefined ? '' : declarationOf(collection, table),
      ]),
    ),
    table,
  }));
  const [old, next] = sides;
  const changed = new Set<string>();
  const references = new Map<string, readonly Reference[]>();
  for (const name of new Set(sides.flatMap(({ chains }) => [...chains.keys()]))) {
    const texts = sides.map(({ chains, table }) => chainText(chains.get(name), table));
    if (texts[0] !== texts[1]) changed.add(name);
    const chain = next?.chains.get(name);
    references.set(name, chain === undefined ? [] : referencesOf(chain));
  }
  const isCollectionChanged = (name: string): boolean =>
    old?.declarations.get(name) !== next?.declarations.get(name);
  // Chains are few, and lead to each other by at most a handful of steps.
  for (let grew = true; grew; ) {
    grew = false;
    for (const [name, list] of references) {
      if (changed.has(name)) continue;
      const leadsToChange = list.some(({ kind, name: target }) =>
        kind === 'chain' ? changed.has(target) : isCollectionChanged(target),
      );
      if (!leadsToChange) continue;
      changed.add(name);
      grew = true;
    }
  }
  const isBase = (name: string): boolean =>
    sides.some(({ chains }) => chains.get(name)?.hook !== undefined);
  return {
    isProgramChanged: [...changed].some(isBase),
    changedChains: changed,
  };
}

const declarationOf = (collection: Collection, table: Table): string =>
  `${collection.kind} ${declarationLines(collection, table.family).join('; ')}`;

const chainText = (chain: Chain | undefined, table: Table | undefined): string =>
  chain === undefined || table === undefined
    ? ''
    : [
        chain.hook === undefined ? '' : renderHook(chain.hook),
        ...chain.rules.map((rule) => renderRule(rule, table.family)),
      ].join('\n');

/** The constants that rules tell packets apart by. */
export interface ProgramConstants {
  readonly sourceNetworks: ReadonlySet<string>;
  readonly destinationNetworks: ReadonlySet<string>;
  /** As in rules; may end in `*`. */
  readonly interfaces: ReadonlySet<string>;
  readonly marks: ReadonlySet<number>;
  /** `tcp 8080` */
  readonly ports: ReadonlySet<string>;
}

export function constantsOf(tables: readonly (Table | undefined)[]): ProgramConstants {
  const sourceNetworks = new Set<string>();
  const destinationNetworks = new Set<string>();
  const interfaces = new Set<string>();
  const marks = new Set<number>();
  const ports = new Set<string>();
  for (const table of tables) {
    for (const { rules } of table?.chains ?? []) {
      for (const statement of rules.flatMap(({ statements }) => statements)) {
        if (statement.kind === 'address') {
          (statement.selector === 'saddr' ? sourceNetworks : destinationNetworks).add(
            statement.network,
          );
        } else if (statement.kind === 'iifname') interfaces.add(statement.name);
        else if (statement.kind === 'mark') marks.add(statement.mask);
        else if (statement.kind === 'dport') ports.add(`${statement.protocol} ${statement.port}`);
      }
    }
  }
  return { sourceNetworks, destinationNetworks, interfaces, marks, ports };
}
