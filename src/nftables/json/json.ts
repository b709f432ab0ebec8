/** Pieces of JSON, as the readers of nft's see them. */

export interface JsonObject {
  readonly [key: string]: unknown;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The only key of an object, as `{"jump": …}` has it, and what it holds; undefined for anything else. */
export function onlyEntry(value: unknown): readonly [key: string, held: unknown] | undefined {
  if (!isObject(value)) return undefined;
  const [entry, ...others] = Object.entries(value);
  return others.length === 0 ? entry : undefined;
}

/** What is there once or several times: nft writes the one without brackets. */
export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Parts in one text; undefined where one of them is. */
export const joined = (
  parts: readonly (string | undefined)[],
  separator: string,
): string | undefined =>
  parts.every((part) => part !== undefined) ? parts.join(separator) : undefined;

/** Text in nft's quotes, which knows no escapes. */
export const nftQuoted = (text: string): string => `"${text.replaceAll('"', "'")}"`;
