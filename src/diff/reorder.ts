import type { Collection, Ruleset, Table } from '../nftables/ast.ts';

/** A ruleset without the comment blocks that name Services: a listing of the kernel has none. */
export const withoutOwners = ({ tables }: Ruleset): Ruleset => ({
  tables: tables.map((table) => ({
    ...table,
    collections: table.collections.map(
      (collection) =>
        ({
          ...collection,
          elements: collection.elements.map(({ owner: _, ...element }) => element),
        }) as Collection,
    ),
    chains: table.chains.map(({ owner: _, ...chain }) => ({
      ...chain,
      rules: chain.rules.map(({ statements }) => ({ statements })),
    })),
  })),
});

/**
 * `ruleset` with tables, collections, chains and elements in the order that `model` has them; what the
 * model lacks comes last, sorted.
 */
export const reorderLike = (model: Ruleset, ruleset: Ruleset): Ruleset => ({
  tables: reordered(
    ruleset.tables,
    model.tables,
    ({ family, name }) => `${family} ${name}`,
    reorderTable,
  ),
});

const nameOf = ({ name }: { readonly name: string }): string => name;

const reorderTable = (table: Table, model: Table | undefined): Table => ({
  ...table,
  collections: reordered(table.collections, model?.collections ?? [], nameOf, reorderElements),
  chains: reordered(table.chains, model?.chains ?? [], nameOf, (chain) => chain),
});

const reorderElements = (collection: Collection, model: Collection | undefined): Collection =>
  ({
    ...collection,
    elements: reordered<{ readonly key: readonly (string | number)[] }>(
      collection.elements,
      model?.elements ?? [],
      ({ key }) => key.join(' '),
      (element) => element,
    ),
  }) as Collection;

function reordered<T>(
  items: readonly T[],
  model: readonly T[],
  keyOf: (item: T) => string,
  change: (item: T, counterpart: T | undefined) => T,
): readonly T[] {
  const counterparts = new Map(model.map((item, place) => [keyOf(item), { item, place }]));
  const place = (item: T): number => counterparts.get(keyOf(item))?.place ?? Infinity;
  return [...items]
    .sort((a, b) => {
      const [x, y] = [place(a), place(b)];
      return x === y ? (keyOf(a) < keyOf(b) ? -1 : 1) : x - y;
    })
    .map((item) => change(item, counterparts.get(keyOf(item))?.item));
}
