/** Lines `[aStart, aEnd)` of the old text were replaced by lines `[bStart, bEnd)` of the new one. */
export interface LineChange {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** Beyond this many steps a stretch without unique lines is called replaced as a whole. */
const maxMyersSteps = 2_000_000;

/**
 * What differs between two lists of lines, in order. Patience diff: lines that occur once on both sides
 * are matched first, in the longest common order; what is between them is compared by Myers' method.
 * Takes n log n for texts of mostly distinct lines, as rulesets are.
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
      for (const change of myers(left, right, rest)) append(changes, change);
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

/** The shortest edit script of a stretch (Myers 1986), or the whole stretch where that takes too long. */
function myers(a: Int32Array, b: Int32Array, stretch: LineChange): readonly LineChange[] {
  const { aStart, aEnd, bStart, bEnd } = stretch;
  const [n, m] = [aEnd - aStart, bEnd - bStart];
  const trails: Int32Array[] = [];
  let steps = 0;
  const reach = new Int32Array(2 * (n + m) + 3);
  const middle = n + m + 1;
  for (let d = 0; d <= n + m; d++) {
    trails.push(reach.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      steps += 1;
      const isDown = k === -d || (k !== d && at(reach, middle + k - 1) < at(reach, middle + k + 1));
      let x = isDown ? at(reach, middle + k + 1) : at(reach, middle + k - 1) + 1;
      while (x < n && x - k < m && a[aStart + x] === b[bStart + x - k]) x += 1;
      reach[middle + k] = x;
      if (x >= n && x - k >= m) return backtrack(trails, stretch, n, m);
    }
    steps += d;
    if (steps > maxMyersSteps) return [stretch];
  }
  return [stretch];
}

const at = (array: Int32Array, index: number): number => array[index] ?? 0;

function backtrack(
  trails: readonly Int32Array[],
  { aStart, bStart }: LineChange,
  n: number,
  m: number,
): readonly LineChange[] {
  const edits: LineChange[] = [];
  let [x, y] = [n, m];
  for (let d = trails.length - 1; d > 0; d--) {
    const trail = trails[d];
    if (trail === undefined) break;
    const reach = (k: number): number => at(trail, k + d + 1);
    const k = x - y;
    const isDown = k === -d || (k !== d && reach(k - 1) < reach(k + 1));
    const from = isDown ? k + 1 : k - 1;
    const fromX = reach(from);
    const fromY = fromX - from;
    edits.push(
      isDown
        ? {
            aStart: aStart + fromX,
            aEnd: aStart + fromX,
            bStart: bStart + fromY,
            bEnd: bStart + fromY + 1,
          }
        : {
            aStart: aStart + fromX,
            aEnd: aStart + fromX + 1,
            bStart: bStart + fromY,
            bEnd: bStart + fromY,
          },
    );
    [x, y] = [fromX, fromY];
  }
  return edits.reverse();
}

/** Changes that touch each other are one. */
function append(changes: LineChange[], change: LineChange): void {
  const last = changes.at(-1);
  if (last !== undefined && last.aEnd === change.aStart && last.bEnd === change.bStart)
    changes[changes.length - 1] = { ...last, aEnd: change.aEnd, bEnd: change.bEnd };
  else changes.push(change);
}
