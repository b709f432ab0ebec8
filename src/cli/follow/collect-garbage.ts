import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Gives back the memory that compiling everything took. Node would keep it for the next time, which is an
 * hour away; and every program that natc runs begins as a copy of its page tables.
 */
export function collectGarbage(): void {
  collectOnce();
  // What the first time let go of is given back by the second.
  collectOnce();
  used = getHeapStatistics().used_heap_size;
}

/**
 * The same amid the work, where much of what was made is of no use any more and much is yet to be made: by itself V8
 * would take new memory for that. It costs a tenth of a second at 5,000 Services.
 */
export function collectOnce(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    const found: unknown = runInNewContext('gc');
    collect = typeof found === 'function' ? () => found() : () => {};
  }
  collect();
}

/** What was in use after the last time, in bytes. */
let used = 0;

/** So much more than that is worth another time, in bytes. */
const worthwhile = (after: number): number => Math.max(16 * 2 ** 20, after / 3);

/**
 * Collects garbage where there is enough of it, while there is nothing else to do: every change leaves some.
 * V8 by itself lets a heap nearly double first, and beside busy programs it falls behind.
 */
export function collectIfWorthwhile(): void {
  if (getHeapStatistics().used_heap_size > used + worthwhile(used)) collectGarbage();
}
