/** What turns one text into another: replace `removed` bytes at `at` of the first by `inserted`. */
export interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
}

/** How far apart the two texts may run at one place, in bytes. */
const window = 64 * 1024;

/** Bytes by which a common place is recognised: longer than what repeats from line to line. */
const anchor = 48;

/**
 * The edits that lead from one text to another, found by going along both: quick where little differs,
 * and in memory for little more than what differs. They need not be the fewest.
 *
 * @param most bytes that the edits may insert
 * @returns undefined when more than that differs, or parts have moved far
 */
export function bytesDelta(
  from: Buffer,
  to: Buffer,
  most = Number.POSITIVE_INFINITY,
): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  let [at, reached, size] = [0, 0, 0];
  for (;;) {
    const same = commonLength(from, at, to, reached);
    at += same;
    reached += same;
    if (at === from.length && reached === to.length) return edits;
    const next = nextCommon(from, at, to, reached);
    if (next === undefined) return undefined;
    const inserted = to.subarray(reached, next.to);
    edits.push({ at, removed: next.from - at, inserted });
    size += inserted.length;
    if (size > most) return undefined;
    at = next.from;
    reached = next.to;
  }
}

/** @returns undefined when the edits are not about a text of this length */
export function applyBytesDelta(from: Buffer, edits: readonly Edit[]): Buffer | undefined {
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const { at, removed, inserted } of edits) {
    if (at < done || removed < 0 || at + removed > from.length) return undefined;
    parts.push(from.subarray(done, at), inserted);
    done = at + removed;
  }
  parts.push(from.subarray(done));
  return Buffer.concat(parts);
}

function commonLength(from: Buffer, at: number, to: Buffer, reached: number): number {
  const longest = Math.min(from.length - at, to.length - reached);
  let same = 0;
  for (let step = window; same < longest; ) {
    const length = Math.min(step, longest - same);
    const [a, b] = [at + same, reached + same];
    if (from.compare(to, b, b + length, a, a + length) === 0) same += length;
    else if (length === 1) break;
    else step = length >> 1;
  }
  return same;
}

/** The nearest place from where both texts go on alike. */
function nextCommon(
  from: Buffer,
  at: number,
  to: Buffer,
  reached: number,
): { readonly from: number; readonly to: number } | undefined {
  const near = from.subarray(at, at + window);
  for (let skipped = 0; skipped <= window; skipped += 16) {
    const start = reached + skipped;
    if (start + anchor > to.length) break;
    const found = near.indexOf(to.subarray(start, start + anchor));
    if (found < 0) continue;
    let back = 0;
    while (back < Math.min(found, skipped) && from[at + found - back - 1] === to[start - back - 1])
      back++;
    return { from: at + found - back, to: start - back };
  }
  // Near the end there may be no room for an anchor.
  const isEnd = from.length - at <= window && to.length - reached <= window;
  return isEnd ? { from: from.length, to: to.length } : undefined;
}
