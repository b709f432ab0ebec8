import { diffArrays } from 'diff';

/** Lines `[aStart, aEnd)` of the old text were replaced by lines `[bStart, bEnd)` of the new one. */
export interface LineChange {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** With more lines that differ, a stretch without unique lines is called replaced as a whole. */
const maxEditLength = 1000;

/**
 * What differs between two lists of lines, in order. Patience diff: lines that occur once on both sides
 * are matched first, in the longest common order; `diff` compares what is between them, which takes it a thousand
 * times as long for a whole ruleset. This takes n log n for texts of mostly distinct lines, as rulesets are.
 */
export function diffLines(a: readonly string[], b: readonly string[]): readonly LineChange[] {
  const numbers = new Map<string, number>();
  const intern = (line: string): number => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  };
  const left = Int32Array.from(a, intern);
  const right = Int32Array.from(b, intern);
  const changes: LineChange[] = [];
  // A stack instead of recursion; the last stretch pushed is the first in the text.
  const stretches: LineChange[] = [{ aStart: 0, aEnd: left.length, bStart: 0, bEnd: right.length }];
  for (let stretch = stretches.pop(); stretch !== undefined; stretch = stretches.pop()) {
    const rest = trim(left, right, stretch);
    if (rest.aStart === rest.aEnd && rest.bStart === rest.bEnd) continue;
    if (rest.aStart === rest.aEnd || rest.bStart === rest.bEnd) {
      append(changes, rest);
      continue;
    }
    const anchors = commonUniqueLines(left, right, rest);
    if (anchors.length === 0) {
      for (const change of shortest(left, right, rest)) append(changes, change);
      continue;
    }
    stretches.push(...between(anchors, rest).reverse());
  }
  return changes;
}

function trim(a: Int32Array, b: Int32Array, stretch: LineChange): LineChange {
  let { aStart, aEnd, bStart, bEnd } = stretch;
  while (aStart < aEnd && bStart < bEnd && a[aStart] === b[bStart]) {
    aStart += 1;
    bStart += 1;
  }
  while (aStart < aEnd && bStart < bEnd && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd -= 1;
    bEnd -= 1;
  }
  return { aStart, aEnd, bStart, bEnd };
}

type Anchor = readonly [a: number, b: number];

/** Lines that stand once in both stretches, as many as keep their order. */
function commonUniqueLines(a: Int32Array, b: Int32Array, stretch: LineChange): readonly Anchor[] {
  const positions = uniquePositions(b, stretch.bStart, stretch.bEnd);
  const own = uniquePositions(a, stretch.aStart, stretch.aEnd);
  const pairs: Anchor[] = [];
  for (const [line, at] of own) {
    const other = positions.get(line);
    if (at !== undefined && other !== undefined) pairs.push([at, other]);
  }
  pairs.sort(([x], [y]) => x - y);
  return longestIncreasing(pairs);
}

/** The place of each line that occurs once; undefined for one that occurs again. */
function uniquePositions(
  lines: Int32Array,
  start: number,
  end: number,
): ReadonlyMap<number, number | undefined> {
  const positions = new Map<number, number | undefined>();
  for (let i = start; i < end; i++) {
    const line = lines[i] ?? -1;
    positions.set(line, positions.has(line) ? undefined : i);
  }
  return positions;
}

function longestIncreasing(pairs: readonly Anchor[]): readonly Anchor[] {
  const piles: number[] = [];
  const previous = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, b], i) => {
    let low = 0;
    let high = piles.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[piles[middle] ?? 0]?.[1] ?? 0) < b) low = middle + 1;
      else high = middle;
    }
    previous[i] = piles[low - 1] ?? -1;
    piles[low] = i;
  });
  const chosen: Anchor[] = [];
  for (let i = piles.at(-1) ?? -1; i !== -1; i = previous[i] ?? -1) {
    const pair = pairs[i];
    if (pair !== undefined) chosen.push(pair);
  }
  return chosen.reverse();
}

function between(anchors: readonly Anchor[], stretch: LineChange): LineChange[] {
  const parts: LineChange[] = [];
  let { aStart, bStart } = stretch;
  for (const [a, b] of anchors) {
    if (aStart < a || bStart < b) parts.push({ aStart, aEnd: a, bStart, bEnd: b });
    aStart = a + 1;
    bStart = b + 1;
  }
  parts.push({ aStart, aEnd: stretch.aEnd, bStart, bEnd: stretch.bEnd });
  return parts;
}

/** The shortest edit script of a stretch, or the whole stretch where that takes too long. */
function shortest(a: Int32Array, b: Int32Array, stretch: LineChange): readonly LineChange[] {
  const { aStart, aEnd, bStart, bEnd } = stretch;
  const parts = diffArrays([...a.subarray(aStart, aEnd)], [...b.subarray(bStart, bEnd)], {
    maxEditLength,
  });
  if (parts === undefined) return [stretch];
  let [before, after] = [aStart, bStart];
  return parts.flatMap(({ added, removed, count }): readonly LineChange[] => {
    const [start, other] = [before, after];
    if (!added) before += count;
    if (!removed) after += count;
    return added || removed ? [{ aStart: start, aEnd: before, bStart: other, bEnd: after }] : [];
  });
}

/** Changes that touch each other are one. */
function append(changes: LineChange[], change: LineChange): void {
  const last = changes.at(-1);
  if (last !== undefined && last.aEnd === change.aStart && last.bEnd === change.bStart)
    changes[changes.length - 1] = { ...last, aEnd: change.aEnd, bEnd: change.bEnd };
  else changes.push(change);
}
