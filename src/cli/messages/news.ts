import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import {
  countOf,
  goneFrom,
  hear,
  isStanding,
  joinedWarnings,
  marked,
  noWarnings,
  type OtherWarnings,
  type Standing,
  type StandingWarning,
  standingAfter,
  warningLine,
} from '../../diagnostics/standing.ts';
import type { Coverage, News } from './message-flags.ts';
import { diagnosticsFormat } from './messages.ts';

/**
 * @param before what stood; undefined: not known, so that all is news
 * @param now seconds since 1970
 */
export function makeNews(before: Standing | undefined, now: number): News {
  const parts: Standing[] = [];
  const kept = new Set<string>();
  let hasNews = false;
  let coverage: Coverage = 'none';
  let error: Diagnostic | undefined;
  let warning: Diagnostic | undefined;
  return {
    remembers: before !== undefined,
    hear: (given) => {
      error ??= given.find(({ severity }) => severity === 'error');
      warning ??= given.find((each) => isStanding(each) && isOfHost(each.code));
      const { news, standing } = hear(given, before, now);
      parts.push(standing);
      hasNews ||= news.some(isStanding);
      return news;
    },
    looked: (what) => {
      coverage = what;
    },
    keep: (code) => {
      kept.add(code);
    },
    reason: () => error ?? warning,
    end: async (flags, terminal) => {
      const was = before ?? noWarnings;
      const heard = marked(joinedWarnings(parts), was, coverage !== 'none');
      const looksFor = (each: StandingWarning): boolean =>
        lookedFor[coverage](each) && !kept.has(each.code);
      const gone = goneFrom(was, heard, looksFor);
      const after = standingAfter(was, heard, looksFor, keepsOthers[coverage]);
      if (diagnosticsFormat(flags, terminal) === 'text') {
        const limit = flags.maxDiagnostics ?? mostGone;
        const lines = gone
          .slice(0, limit)
          .map((each) => `no longer: ${printable(warningLine(each))}\n`);
        if (gone.length > limit) lines.push(`no longer: ${gone.length - limit} more warnings\n`);
        const asBefore = countAsBefore(before, after);
        if (flags.quiet !== true && asBefore > 0)
          lines.push(
            `${asBefore} ${asBefore === 1 ? 'warning' : 'warnings'} as before (natc status)\n`,
          );
        await terminal.stderr.write(lines.join(''));
      }
      // A run that saw nothing cannot say that nothing stands.
      if (before === undefined) return hasNews || coverage === 'all' ? after : undefined;
      const isAsBefore =
        !hasNews &&
        gone.length === 0 &&
        countOf(after) === countOf(before) &&
        unappliedOf(after) === unappliedOf(before);
      return isAsBefore ? undefined : after;
    },
  };
}

const mostGone = 50;

const isOfHost = (code: string): boolean => code.startsWith('NATC5');

/** What processes of the node listen on. */
const ofListening: ReadonlySet<string> = new Set(['NATC3036', 'NATC3037']);

/** What would have been given again if it still held. */
const lookedFor: Readonly<Record<Coverage, (warning: StandingWarning) => boolean>> = {
  none: () => false,
  all: () => true,
  changes: ({ code }) => !ofListening.has(code),
  host: ({ code, unapplied }) => isOfHost(code) || unapplied === true,
};

const keepsOthers: Readonly<Record<Coverage, (others: OtherWarnings) => boolean>> = {
  none: () => true,
  all: () => false,
  changes: () => false,
  host: ({ unapplied }) => unapplied !== true,
};

const unappliedOf = ({ warnings, others }: Standing): number =>
  [...warnings, ...others].filter(({ unapplied }) => unapplied === true).length;

function countAsBefore(before: Standing | undefined, after: Standing): number {
  const ids = new Set(before?.warnings.map(({ id }) => id));
  const digests = new Set(before?.others.map(({ digest }) => digest));
  return countOf({
    warnings: after.warnings.filter(({ id }) => ids.has(id)),
    others: after.others.filter(({ digest }) => digests.has(digest)),
  });
}
