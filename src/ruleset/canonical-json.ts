import type {
  CanonicalChain,
  CanonicalCollection,
  CanonicalRuleset,
  CanonicalTable,
} from './canonical.ts';

/**
 * A canonical ruleset as JSON text. Elements are one flat list of keys and rests, which is a third
 * faster to read back than a list of pairs.
 */
export const canonicalToJson = ({ tables }: CanonicalRuleset): string =>
  `[${tables.map(tableText).join(',')}]`;

/** A large table's text takes long to make, and is wanted for its digest and for the state file. */
const texts = new WeakMap<CanonicalTable, string>();

function tableText(table: CanonicalTable): string {
  const known = texts.get(table);
  if (known !== undefined) return known;
  const text = JSON.stringify(tableToJson(table));
  texts.set(table, text);
  return text;
}

/** The inverse of {@link canonicalToJson}. @throws for text that it did not write. */
export function canonicalFromJson(text: string): CanonicalRuleset {
  const tables = JSON.parse(text) as readonly ReturnType<typeof tableToJson>[];
  return { tables: tables.map(tableFromJson) };
}

const tableToJson = ({ family, name, comment, collections, chains }: CanonicalTable) => ({
  family,
  name,
  ...(comment === undefined ? {} : { comment }),
  collections: [...collections].map(([collection, value]) => ({
    ...value,
    name: collection,
    elements: [...value.elements].flat(),
  })),
  chains: [...chains].map(([chain, value]) => ({ ...value, name: chain })),
});

function tableFromJson(json: ReturnType<typeof tableToJson>): CanonicalTable {
  const collections = new Map<string, CanonicalCollection>();
  for (const { name, elements, ...rest } of json.collections) {
    const map = new Map<string, string>();
    for (let i = 0; i + 1 < elements.length; i += 2)
      map.set(elements[i] ?? '', elements[i + 1] ?? '');
    collections.set(name, { ...rest, comment: rest.comment, elements: map });
  }
  const chains = new Map<string, CanonicalChain>(
    json.chains.map(({ name, ...chain }) => [name, chain]),
  );
  return { family: json.family, name: json.name, comment: json.comment, collections, chains };
}
