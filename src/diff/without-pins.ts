import type { Table } from '../nftables/ast.ts';

/** What a kernel's client maps have learnt is no part of the ruleset. */
export const withoutPins = (table: Table): Table => ({
  ...table,
  collections: table.collections.map((collection) =>
    collection.kind === 'data-map' && collection.dynamic === true
      ? { ...collection, elements: [] }
      : collection,
  ),
});
