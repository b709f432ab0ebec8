import { hash } from 'node:crypto';
import type { Diagnostic } from './diagnostic.ts';
import { formatPath, objectName } from './object-name.ts';
import type { Place } from './place.ts';
import { printable } from './printable.ts';

/** A warning that has been given and still holds. */
export interface StandingWarning {
  /** Of the whole text: `message` and `place` may be cut. */
  readonly id: string;
  readonly code: string;
  readonly message: string;
  /** The object and field, or the file or option; empty where the message says it all. */
  readonly place: string;
  /** Seconds since 1970. */
  readonly since: number;
  /** Of an input that was not applied. */
  readonly unapplied?: true;
}

/** The warnings that stand. */
export interface Standing {
  readonly warnings: readonly StandingWarning[];
  /** Those beyond {@link mostWarnings}: what was given at once, by its hash. */
  readonly others: readonly OtherWarnings[];
}

export interface OtherWarnings {
  readonly digest: string;
  readonly count: number;
  readonly unapplied?: true;
}

/** What a run has to say of its warnings. */
export interface Heard {
  readonly news: readonly Diagnostic[];
  readonly standing: Standing;
}

/** How many are kept one by one. */
export const mostWarnings = 1000;

/** Of how many runs those beyond are kept: each input that is refused may have others. */
const mostOthers = 20;

const longestMessage = 400;
const longestPlace = 300;

export const noWarnings: Standing = { warnings: [], others: [] };

/** What becomes of it does not last, so it is told each time. */
const events: ReadonlySet<string> = new Set([
  'NATC5026',
  'NATC5054',
  'NATC5086',
  'NATC5103',
  'NATC5106',
  'NATC5108',
  'NATC5109',
]);

export const isStanding = ({ code, severity }: Diagnostic): boolean =>
  severity === 'warning' && !events.has(code);

/** @param now seconds since 1970 */
export function standingWarning(diagnostic: Diagnostic, now: number): StandingWarning {
  const { code, message, places } = diagnostic;
  const place = placeText(places[0]);
  return {
    id: hash('sha256', JSON.stringify([code, message, place])).slice(0, 24),
    code,
    message: cut(printable(message), longestMessage),
    place: cut(printable(place), longestPlace),
    since: now,
  };
}

/**
 * Tells the warnings that are new from those that stood before.
 *
 * @param before what stood; undefined: not known, so that all is news
 * @param now seconds since 1970
 * @returns errors, notes and new warnings in `news`, the warnings given here in `standing`
 */
export function hear(
  given: readonly Diagnostic[],
  before: Standing | undefined,
  now: number,
): Heard {
  const known = new Map((before?.warnings ?? []).map((each) => [each.id, each]));
  const old: StandingWarning[] = [];
  const fresh = new Map<string, StandingWarning>();
  const others = given.filter((each) => !isStanding(each));
  const newWarnings = given.filter(isStanding).filter((each) => {
    const warning = standingWarning(each, now);
    const was = known.get(warning.id);
    if (was === undefined) fresh.set(warning.id, warning);
    else old.push(was);
    return was === undefined;
  });
  const digest = digestOf(fresh.keys());
  const stood = before?.others.some((each) => each.digest === digest) === true;
  const heard = bounded(distinct(old), [...fresh.values()]);
  return { news: stood ? others : [...others, ...newWarnings], standing: heard };
}

/** What was heard in several parts of a run. */
export function joinedWarnings(parts: readonly Standing[]): Standing {
  const all = distinct(parts.flatMap(({ warnings }) => warnings));
  const { warnings, others } = bounded(all.slice(0, mostWarnings), all.slice(mostWarnings));
  const byDigest = [...parts.flatMap((part) => part.others), ...others].map(
    (each) => [each.digest, each] as const,
  );
  return { warnings, others: [...new Map(byDigest).values()].slice(0, mostOthers) };
}

/** Those that stood, were looked for, and were not given again, neither with another message. */
export function goneFrom(
  before: Standing,
  heard: Standing,
  wasLookedFor: (warning: StandingWarning) => boolean,
): readonly StandingWarning[] {
  // What is beyond the bound may be one of them.
  if (heard.others.length > 0) return [];
  const ids = new Set(heard.warnings.map(({ id }) => id));
  const known = new Set(before.warnings.map(({ id }) => id));
  // Without a place, several of one code are about several things: only a new one can be a change.
  const subjects = new Set(
    heard.warnings.filter(({ id, place }) => place !== '' || !known.has(id)).map(subjectOf),
  );
  return before.warnings.filter(
    (each) => wasLookedFor(each) && !ids.has(each.id) && !subjects.has(subjectOf(each)),
  );
}

/**
 * Marks what was heard now for the first time, when the input was not applied: the kernel is then as it
 * was, and an apply that finds the input of before unchanged does not compile it to tell.
 */
export function marked(heard: Standing, before: Standing, isApplied: boolean): Standing {
  if (isApplied)
    return {
      warnings: heard.warnings.map(({ unapplied: _, ...each }) => each),
      others: heard.others.map(({ unapplied: _, ...each }) => each),
    };
  const ids = new Set(before.warnings.map(({ id }) => id));
  const others = new Map(before.others.map((each) => [each.digest, each]));
  return {
    warnings: heard.warnings.map((each) =>
      ids.has(each.id) ? each : { ...each, unapplied: true },
    ),
    others: heard.others.map((each) => others.get(each.digest) ?? { ...each, unapplied: true }),
  };
}

/**
 * What stands after a run: those of before that it did not look for, and those that it gave.
 *
 * @param keepsOthers whether those of before that were beyond the bound still stand
 */
export function standingAfter(
  before: Standing,
  heard: Standing,
  wasLookedFor: (warning: StandingWarning) => boolean,
  keepsOthers: (others: OtherWarnings) => boolean,
): Standing {
  const warnings = before.warnings.filter((each) => !wasLookedFor(each));
  return joinedWarnings([heard, { warnings, others: before.others.filter(keepsOthers) }]);
}

export const countOf = ({ warnings, others }: Standing): number =>
  warnings.length + others.reduce((sum, { count }) => sum + count, 0);

/** `NATC1020 Service shop/web spec.ports[0].port: the message` */
export const warningLine = ({ code, place, message }: StandingWarning): string =>
  `${code}${place === '' ? '' : ` ${place}`}: ${message}`;

const subjectOf = ({ code, place }: StandingWarning): string => `${code} ${place}`;

function bounded(old: readonly StandingWarning[], fresh: readonly StandingWarning[]): Standing {
  const room = Math.max(0, mostWarnings - old.length);
  const left = fresh.slice(room);
  const warnings = [...old, ...fresh.slice(0, room)];
  if (left.length === 0) return { warnings, others: [] };
  const digest = digestOf(left.map(({ id }) => id));
  return { warnings, others: [{ digest, count: left.length }] };
}

const distinct = (warnings: readonly StandingWarning[]): readonly StandingWarning[] => [
  ...new Map(warnings.map((each) => [each.id, each])).values(),
];

const digestOf = (ids: Iterable<string>): string =>
  hash('sha256', [...ids].sort().join('\n')).slice(0, 24);

/** The object and field, or the file or option; empty where there is none. */
export function placeText(place: Place | undefined): string {
  switch (place?.kind) {
    case undefined:
      return '';
    case 'field':
      return `${objectName(place.object)} ${formatPath(place.path)}`.trim();
    case 'span':
      return place.source.name;
    case 'file':
      return place.name;
    case 'option':
      return place.option;
  }
}

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}...` : text;
