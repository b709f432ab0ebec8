import type { SourceObject } from '../diagnostics/source.ts';

interface Identified {
  readonly namespace: string;
  readonly name: string;
  readonly object: SourceObject;
}

/** By namespace, then name: an order that does not depend on the order of the input. */
export const compareObjects = (a: Identified, b: Identified): number =>
  compareText(a.namespace, b.namespace) || compareText(a.name, b.name);

/** By UTF-16 units, which is the order of bytes for the ASCII text of valid names. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
