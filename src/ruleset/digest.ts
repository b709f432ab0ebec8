import { createHash } from 'node:crypto';
import type { CanonicalRuleset } from './canonical.ts';
import { canonicalToJson } from './canonical-json.ts';

/** The first 128 bits of the SHA-256 of a canonical ruleset, as 32 hexadecimal digits. */
export const digestOf = (ruleset: CanonicalRuleset): string =>
  createHash('sha256').update(canonicalToJson(ruleset)).digest('hex').slice(0, 32);
