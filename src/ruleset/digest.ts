import { createHash } from 'node:crypto';
import type { NftFamily } from './ast.ts';
import type { CanonicalRuleset } from './canonical.ts';
import { tableToJson } from './canonical-json.ts';

/** Hexadecimal digits that stand for one table: 64 bits. */
const halfLength = 16;

/**
 * The digest of a canonical ruleset, 32 hexadecimal digits: the first 64 bits of the SHA-256 of its `ip`
 * table, then those of its `ip6` table; zeros for a table that it lacks.
 */
export const digestOf = (ruleset: CanonicalRuleset): string =>
  joinHalves(halfDigest(ruleset, 'ip'), halfDigest(ruleset, 'ip6'));

function halfDigest({ tables }: CanonicalRuleset, family: NftFamily): string | undefined {
  const table = tables.find((candidate) => candidate.family === family);
  if (table === undefined) return undefined;
  return halfOfJson(tableToJson(table));
}

/** A table's half of the digest, from the text that tableToJson gives, or its bytes. */
export const halfOfJson = (text: string | Uint8Array): string =>
  createHash('sha256').update('[').update(text).update(']').digest('hex').slice(0, halfLength);

/** The half of a digest that is about one table, 16 hexadecimal digits. */
export const halfOf = (digest: string, family: NftFamily): string =>
  family === 'ip' ? digest.slice(0, halfLength) : digest.slice(halfLength);

/** The inverse of {@link halfOf}; undefined stands for a table that is absent. */
export const joinHalves = (ip: string | undefined, ip6: string | undefined): string =>
  (ip ?? absent) + (ip6 ?? absent);

const absent = '0'.repeat(halfLength);
