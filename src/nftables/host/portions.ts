import { identifier } from '../../net/quote.ts';
import type { Collection, Ruleset, Table } from '../ast.ts';
import { renderElement, renderNft } from '../render/nft.ts';

/**
 * A ruleset as several inputs for nft, to be loaded one after the other: tables with all chains and
 * empty maps first, then at most `size` elements each. Not atomic, so only for a throw-away namespace.
 */
export function rulesetPortions(ruleset: Ruleset, size: number): readonly string[] {
  const portions = [renderNft({ tables: ruleset.tables.map(withoutElements) })];
  let lines: string[] = [];
  let count = 0;
  const close = () => {
    if (lines.length > 0) portions.push(`${lines.join('\n')}\n`);
    lines = [];
    count = 0;
  };
  for (const table of ruleset.tables) {
    for (const { name, elements } of table.collections.filter(isLarge)) {
      const target = `${table.family} ${identifier(table.name)} ${identifier(name)}`;
      for (let start = 0; start < elements.length; ) {
        const part = elements.slice(start, start + size - count);
        lines.push(`add element ${target} {`, ...part.map((e) => `\t${renderElement(e)},`), '}');
        start += part.length;
        count += part.length;
        if (count >= size) close();
      }
    }
  }
  close();
  return portions;
}

export const elementCount = (ruleset: Ruleset): number =>
  ruleset.tables
    .flatMap(({ collections }) => collections)
    .reduce((count, { elements }) => count + elements.length, 0);

/** Interval sets stay whole: what auto-merge does depends on the transaction. */
const isLarge = (collection: Collection): boolean =>
  collection.kind !== 'set' || !collection.interval;

const withoutElements = (table: Table): Table => ({
  ...table,
  collections: table.collections.map((collection) =>
    isLarge(collection) ? { ...collection, elements: [] } : collection,
  ),
});
