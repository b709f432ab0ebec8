/** Orders ASCII text by its bytes, whatever the locale; for `sort`. */
export const compareBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The distinct members of a list, in byte order. */
export const sortedUnique = (texts: Iterable<string>): readonly string[] =>
  [...new Set(texts)].sort(compareBytes);
