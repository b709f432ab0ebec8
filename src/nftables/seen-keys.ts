import type { Key } from './ast.ts';

/**
 * Element keys that were met. The first part of a key, nearly always an address, seldom comes with
 * other parts than before: texts to know a key by are made only for those.
 */
export interface SeenKeys {
  readonly firsts: Map<Key[number], Key>;
  readonly others: Set<string>;
}

export const newSeenKeys = (): SeenKeys => ({ firsts: new Map(), others: new Set() });

/**
 * Remembers a key, or its first `length` parts.
 *
 * @returns false when it was there already
 */
export function addKey({ firsts, others }: SeenKeys, key: Key, length = key.length): boolean {
  const [head] = key;
  if (head === undefined || length === 0) return true;
  const first = firsts.get(head);
  if (first === undefined) {
    firsts.set(head, key);
    return true;
  }
  if (isSamePrefix(first, key, length)) return false;
  const text = keyText(key, length);
  if (others.has(text)) return false;
  others.add(text);
  return true;
}

/** Whether two keys have the same first `length` parts. */
export function isSamePrefix(a: Key, b: Key, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** As `join(' . ')` would make it, which takes three times as long. */
export function keyText(key: Key, length = key.length): string {
  let text = '';
  for (let i = 0; i < length; i++) text = i === 0 ? `${key[i]}` : `${text} . ${key[i]}`;
  return text;
}
