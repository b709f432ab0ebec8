import { isMapping } from '../diagnostics/mapping.ts';

/** Reading objects of which nobody knows yet whether they are valid. */

type Mapping = Readonly<Record<string, unknown>>;

/** Nothing where it is none. */
export const mapping = (value: unknown): Mapping => (isMapping(value) ? value : {});

/** Nothing where it is none. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Undefined for the empty one too. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The entries of a mapping that are strings. */
export const textsOf = (value: unknown): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(mapping(value)).flatMap(([key, each]) =>
      typeof each === 'string' ? [[key, each] as const] : [],
    ),
  );

/** A whole number from 0 on. */
export const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
