/** Values of options as text, which flags and natc.yaml have alike. */
import { type IpFamily, ipFamilies } from './net/family.ts';
import type { ValueKind } from './option-entry.ts';

/** An empty text stands for the empty list, so that a flag can take back what a file says. */
export const splitList = (text: string): readonly string[] =>
  text.trim() === '' ? [] : text.split(',').map((entry) => entry.trim());

const secondsPer: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };

/** `30s`, `2m`, `1h` or plain seconds, in seconds; undefined for anything else, 0 too. */
export function readSeconds(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,6})([smh]?)$/.exec(text) ?? [];
  return Number(count) * (secondsPer[unit] ?? 0) || undefined;
}

/** Inclusive. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `30000-32767`; the model stage says which numbers make sense. */
export function readPortRange(text: string): PortRange | undefined {
  const [, first, last] = /^(\d{1,9})-(\d{1,9})$/.exec(text.trim()) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}

/** `ipv4`, `ipv6` or both, in any order; undefined where a word is neither, or there is none. */
export function readFamilies(words: readonly string[]): readonly IpFamily[] | undefined {
  const named = new Set(words.map((word) => word.toLowerCase()));
  const families = ipFamilies.filter((family) => named.has(family.toLowerCase()));
  return families.length > 0 && families.length === named.size ? families : undefined;
}

export type PlainValue = string | number | boolean | readonly string[];

/** A value of an option as natc.yaml has it; undefined: none. */
export function plainValue(kind: ValueKind, value: unknown): PlainValue | undefined {
  if (value === undefined || value === '') return undefined;
  if (kind === 'families')
    return (value as readonly IpFamily[]).map((family) => family.toLowerCase());
  if (kind !== 'portRange') return value as PlainValue;
  const { first, last } = value as PortRange;
  return `${first}-${last}`;
}
