import type { Doubts } from './doubts.ts';

/** Removals that were not believed yet, and how often in a row inputs asked for just these. */
export interface Waiting {
  /** `namespace/name` of the Services, sorted; and `Node name`. */
  readonly items: readonly string[];
  /** Seconds since 1970 when the first of these inputs came. */
  readonly since: number;
  readonly count: number;
}

/** So many inputs in a row that agree are believed. */
export const believedAfter = 3;

/** What waits after this input; undefined when nothing is in doubt. @param now seconds since 1970 */
export function waitingAfter(
  before: Waiting | undefined,
  { node, unexplained, many }: Doubts,
  now: number,
): Waiting | undefined {
  const services = [...unexplained, ...many].map(({ name }) => name).sort();
  const items = [...services, ...(node === undefined ? [] : [`Node ${node}`])];
  if (items.length === 0) return undefined;
  const agrees = before !== undefined && before.items.join('\n') === items.join('\n');
  return agrees ? { ...before, count: before.count + 1 } : { items, since: now, count: 1 };
}

/** A list that lacks a kind of object altogether is not believed however often it comes. */
export const isBelieved = ({ count }: Waiting, { isPartial }: Doubts): boolean =>
  !isPartial && count >= believedAfter;
