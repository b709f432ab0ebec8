import type { NftFamily } from '../../net/family.ts';

/** Hexadecimal digits that stand for one table: 64 bits. */
export const halfLength = 16;

/** The half of a digest that is about one table, 16 hexadecimal digits. */
export const halfOf = (digest: string, family: NftFamily): string =>
  family === 'ip' ? digest.slice(0, halfLength) : digest.slice(halfLength);

/** The inverse of {@link halfOf}; undefined stands for a table that is absent. */
export const joinHalves = (ip: string | undefined, ip6: string | undefined): string =>
  (ip ?? absent) + (ip6 ?? absent);

const absent = '0'.repeat(halfLength);
