import { groupAlike } from './alike.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';
import type { Ignored, IgnoreRule } from './ignore.ts';
import { objectName } from './object-name.ts';
import type { Place } from './place.ts';
import { cut } from './printable.ts';
import type { Location } from './source.ts';

/** Finds the position of a place; undefined for places without text. */
export type Locate = (place: Place) => Location | undefined;

/** What the formatters print: sorted, without duplicates, at most so many, with positions. */
export interface DiagnosticsReport {
  readonly entries: readonly ReportEntry[];
  /** How many there were of each severity, the left out ones included. */
  readonly counts: Readonly<Record<Severity, number>>;
  /** How many more were ignored, as somebody asked for. */
  readonly ignored: number;
  /** Those, where they are told: as many as fit under the limit. */
  readonly suppressed: readonly SuppressedEntry[];
  /** How many did not fit under the limit. */
  readonly leftOut: number;
}

export interface ReportEntry {
  readonly diagnostic: Diagnostic;
  /** As `diagnostic.places`. */
  readonly places: readonly LocatedPlace[];
  /** The places of further findings that say the same; empty unless they were put together. */
  readonly alike: readonly LocatedPlace[];
}

/** Something ignored, and what says so. */
export interface SuppressedEntry extends ReportEntry {
  readonly rules: readonly IgnoreRule[];
}

export interface LocatedPlace {
  readonly place: Place;
  readonly location: Location | undefined;
}

export interface ReportOptions {
  readonly locate: Locate;
  /** The least severe kind to report. */
  readonly least: Severity;
  /** Codes of what is reported however severe it is. */
  readonly always?: ReadonlySet<DiagnosticCode>;
  readonly limit: number;
  /** Whether findings that say the same of many objects are one entry. */
  readonly joinsAlike?: boolean;
  /** What is left out because somebody asked for it. */
  readonly ignored?: readonly Ignored[];
  /** Whether to tell what that is, too. */
  readonly tellsIgnored?: boolean;
}

const severities: readonly Severity[] = ['error', 'warning', 'note'];
const rank = (severity: Severity): number => severities.indexOf(severity);

/**
 * Selects and orders diagnostics for printing. Errors take the limited room before warnings, and
 * warnings before notes; what is printed is ordered by file and position. Only that is located, so
 * ten thousand diagnostics cost no more than the limit.
 */
export function makeReport(
  diagnostics: readonly Diagnostic[],
  options: ReportOptions,
): DiagnosticsReport {
  const isShown = ({ severity, code }: Diagnostic): boolean =>
    rank(severity) <= rank(options.least) || options.always?.has(code) === true;
  const shown = withoutDuplicates(diagnostics).filter(isShown);
  const ignored = ignoredOnce(options.ignored ?? []).filter(({ diagnostic }) =>
    isShown(diagnostic),
  );
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of shown) counts[severity] += 1;
  const sorted = shown
    .map((diagnostic) => ({ diagnostic, position: roughPosition(diagnostic.places[0]) }))
    .sort(
      (a, b) =>
        rank(a.diagnostic.severity) - rank(b.diagnostic.severity) ||
        comparePositions(a.position, b.position),
    );
  const entries =
    options.joinsAlike === true
      ? groupAlike(sorted, objectName)
      : sorted.map((first) => ({ first, others: [] as readonly (typeof first)[] }));
  const located = (place: Place): LocatedPlace => ({ place, location: options.locate(place) });
  const taken = entries.slice(0, options.limit);
  const chosen = taken
    .map(({ first: { diagnostic }, others }) => ({
      diagnostic: shortened(diagnostic),
      places: diagnostic.places.map(located),
      alike: others.flatMap((each) => each.diagnostic.places.slice(0, 1)).map(located),
    }))
    .sort(compareEntries);
  const told = taken.reduce((sum, { others }) => sum + 1 + others.length, 0);
  const suppressed = options.tellsIgnored === true ? ignored.slice(0, options.limit) : [];
  return {
    entries: chosen,
    counts,
    ignored: ignored.length,
    suppressed: suppressed
      .map(({ diagnostic, rules }) => ({
        ...{ diagnostic: shortened(diagnostic), places: diagnostic.places.map(located) },
        ...{ alike: [], rules },
      }))
      .sort(compareEntries),
    leftOut: shown.length - told,
  };
}

/** Each diagnostic with the rules that silenced it. */
function ignoredOnce(ignored: readonly Ignored[]): readonly Ignored[] {
  const rules = new Map(ignored.map((each) => [each.diagnostic, each.rules]));
  return withoutDuplicates(ignored.map(({ diagnostic }) => diagnostic)).map((diagnostic) => ({
    diagnostic,
    rules: rules.get(diagnostic) ?? [],
  }));
}

/** Of a message or hint, in characters. */
const longestMessage = 1000;

/** The values that a message quotes may be of any length. */
function shortened(diagnostic: Diagnostic): Diagnostic {
  const { message, hint } = diagnostic;
  return {
    ...diagnostic,
    message: cut(message, longestMessage),
    ...(hint !== undefined && { hint: cut(hint, longestMessage) }),
  };
}

/** The name of what a place lies in, as the user typed it: a file, `<stdin>` or an option. */
export function placeName(place: Place | undefined): string {
  switch (place?.kind) {
    case 'field':
      return place.object.source.name;
    case 'span':
      return place.source.name;
    case 'file':
      return place.name;
    case 'option':
    case undefined:
      return 'natc';
  }
}

function withoutDuplicates(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const unique = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const position = JSON.stringify(roughPosition(diagnostic.places[0]));
    const key = `${diagnostic.code} ${position} ${diagnostic.message}`;
    if (!unique.has(key)) unique.set(key, diagnostic);
  }
  return [...unique.values()];
}

/** Name, offset and path: orders places without parsing anything. */
type RoughPosition = readonly (string | number)[];

function roughPosition(place: Place | undefined): RoughPosition {
  switch (place?.kind) {
    case 'field': {
      const { source, extent } = place.object;
      return [source.name, extent.start, ...extent.path, ...place.path];
    }
    case 'span':
      return [place.source.name, place.start];
    case 'file':
      return [place.name];
    case 'option':
      return ['', place.option, place.value];
    case undefined:
      return [];
  }
}

function comparePositions(a: RoughPosition, b: RoughPosition): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i] ?? '', b[i] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function compareEntries(a: ReportEntry, b: ReportEntry): number {
  const [from, to] = [a.places[0]?.location, b.places[0]?.location];
  return (
    compare(entryName(a), entryName(b)) ||
    (from?.line ?? 0) - (to?.line ?? 0) ||
    (from?.column ?? 0) - (to?.column ?? 0) ||
    compare(a.diagnostic.code, b.diagnostic.code)
  );
}

/** Options and the host come before files. */
const entryName = ({ places: [primary] }: ReportEntry): string =>
  primary === undefined || primary.place.kind === 'option' ? '' : placeName(primary.place);
