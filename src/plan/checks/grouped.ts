import type { Diagnostic, Place } from '../../diagnostics/diagnostic.ts';
import { quote } from '../../diagnostics/quote.ts';
import type { FieldPath, SourceObject } from '../../diagnostics/source.ts';

/** One of several things that a single diagnostic is about. */
export interface Subject {
  /** `namespace/name`, or what else it is called. */
  readonly name: string;
  readonly place: Place;
}

export const subject = (
  { namespace, name, object }: { namespace: string; name: string; object: SourceObject },
  path: FieldPath = [],
): Subject => ({ name: `${namespace}/${name}`, place: { kind: 'field', object, path } });

const shown = 3;

/**
 * Says one thing about many objects in one diagnostic, so that a cluster with 5,000 headless Services
 * gets one line and not 5,000. The first few are named and pointed at.
 *
 * @param message gets the number of subjects and their names, quoted: `"a/b", "c/d" and 7 more`.
 * @returns nothing for no subjects.
 */
export function grouped(
  code: Diagnostic['code'],
  severity: Diagnostic['severity'],
  subjects: readonly Subject[],
  message: (count: number, names: string) => string,
  hint?: string,
): readonly Diagnostic[] {
  if (subjects.length === 0) return [];
  const first = subjects.slice(0, shown);
  const others = subjects.length - first.length;
  const named = first.map((each) => quote(each.name)).join(', ');
  return [
    {
      code,
      severity,
      message: message(subjects.length, others === 0 ? named : `${named} and ${others} more`),
      places: first.map((each) => each.place),
      ...(hint === undefined ? {} : { hint }),
    },
  ];
}

/** `1 Service`, `3 Services`. */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

export const isAre = (count: number): string => (count === 1 ? 'is' : 'are');
