import { hash } from 'node:crypto';
import { type Bands, type NumberRun, spanSize } from './bands.ts';

/** How often a key that finds its value taken draws another one before it looks at each in turn. */
const mostDraws = 32;

/**
 * Gives each key a value of its own out of a band. A key's first value is a hash of the key alone. Where several
 * keys draw the same, or one that is taken, one of them has it and the others draw again, and only after all keys
 * have drawn as often: so the order of the keys means nothing, and what is added or removed moves no key but one that
 * drew the same value.
 *
 * @param keys distinct; in any order
 * @param taken values that nobody gets
 * @returns without the keys for which nothing is left
 */
export function chooseValues(
  keys: readonly string[],
  { dynamic, fixed }: Bands,
  taken: ReadonlySet<bigint>,
): ReadonlyMap<string, bigint> {
  const chosen = new Map<string, bigint>();
  const used = new Set(taken);
  let left = [...keys].sort(byHash);
  for (let draw = 0; draw < mostDraws && left.length > 0 && spanSize(dynamic) > 0n; draw++) {
    const losers: string[] = [];
    for (const key of left) {
      const value = drawn(key, draw, dynamic);
      if (used.has(value)) losers.push(key);
      else {
        used.add(value);
        chosen.set(key, value);
      }
    }
    left = losers;
  }
  // Nearly full: whatever is free, from where the key would have begun; then what is left to people.
  for (const key of left) {
    const value = nextFree(key, dynamic, used) ?? nextFree(key, fixed, used);
    if (value === undefined) continue;
    used.add(value);
    chosen.set(key, value);
  }
  return chosen;
}

/**
 * The value that a key has where no other is in its way; undefined where that depends on the others.
 */
export const ownChoice = (key: string, { dynamic }: Bands): bigint | undefined =>
  spanSize(dynamic) > 0n ? drawn(key, 0, dynamic) : undefined;

function drawn(key: string, draw: number, band: NumberRun): bigint {
  const digest = hash('sha256', `${draw} ${key}`);
  return band.first + (BigInt(`0x${digest}`) % spanSize(band));
}

/** Bands that can be full are small; a larger one has something free within as many steps as are used. */
function nextFree(key: string, band: NumberRun, used: ReadonlySet<bigint>): bigint | undefined {
  const size = spanSize(band);
  if (size <= 0n) return undefined;
  const start = drawn(key, 0, band) - band.first;
  const steps = size < BigInt(used.size + 1) ? size : BigInt(used.size + 1);
  for (let step = 0n; step < steps; step++) {
    const value = band.first + ((start + step) % size);
    if (!used.has(value)) return value;
  }
  return undefined;
}

/** An order that is the same everywhere, and favours no name. */
const byHash = (a: string, b: string): number => {
  const [left, right] = [hash('sha256', a), hash('sha256', b)];
  return left < right ? -1 : left > right ? 1 : 0;
};
