import type { Locate } from '../diagnostics/report.ts';
import { counted } from '../diagnostics/summary.ts';
import { originJson } from '../explain/origin-json.ts';
import { lackingWords, type Uncompiled } from '../plan/uncompiled.ts';
import type { NotCompared } from './change.ts';
import { shorten } from './wording.ts';

/** The Services that could not be compiled in full, those of both sides once. */
export function notCompared(
  before: readonly Uncompiled[],
  after: readonly Uncompiled[],
): readonly NotCompared[] {
  const key = ({ service, lacks }: Uncompiled): string => `${service} ${lacks}`;
  const old = new Map(before.map((each) => [key(each), each]));
  const next = new Map(after.map((each) => [key(each), each]));
  return [...new Map([...old, ...next]).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => ({
      ...each,
      side: !next.has(name) ? 'old' : old.has(name) ? 'both' : 'new',
    }));
}

/** `2 Services are not compared in full: what happens to their packets is not known` */
export function notComparedHeading(list: readonly NotCompared[]): string {
  const count = new Set(list.map(({ service }) => service)).size;
  return count === 1
    ? '1 Service is not compared in full: what happens to its packets is not known'
    : `${counted(count, 'Service')} are not compared in full: what happens to their packets is not known`;
}

/** `shop/web has no cluster IP, on both sides` */
export const notComparedText = ({ service, lacks, side }: NotCompared): string =>
  `${service} ${lackingWords[lacks]}, ${side === 'both' ? 'on both sides' : `on the ${side} side`}`;

const shown = 20;

/** The heading and what each lacks, as far as a summary has room for it; none where there is nothing to say. */
export function notComparedRemarks(list: readonly NotCompared[]): readonly string[] {
  if (list.length === 0) return [];
  return [`${notComparedHeading(list)}: ${shorten(list.map(notComparedText), shown)}`];
}

export const notComparedJson = (list: readonly NotCompared[], locate: Locate) =>
  list.map(({ origin, ...each }) => ({
    ...each,
    text: notComparedText({ origin, ...each }),
    origin: originJson(origin, locate),
  }));
