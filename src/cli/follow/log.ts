import { type Diagnostic, isPrinted } from '../../diagnostics/diagnostic.ts';
import { cut, printable } from '../../diagnostics/printable.ts';
import { placeText } from '../../diagnostics/standing.ts';
import type { LogFormat } from '../apply/options.ts';
import type { Channel } from '../terminal.ts';

export type LogLevel = 'info' | 'warning' | 'error';

/** What natc says while it follows a cluster: a line each. */
export interface FollowLog {
  /** @param fields of a line of JSON, beside time, level and message; text is the message alone */
  readonly say: (
    level: LogLevel,
    message: string,
    fields?: Readonly<Record<string, string | number>>,
  ) => void;
  readonly diagnostics: (diagnostics: readonly Diagnostic[]) => void;
  /** Resolves when all that was said has left the process. */
  readonly flushed: () => Promise<void>;
}

export interface LogOptions {
  readonly format: LogFormat;
  /** Leave out what is no warning and no error. */
  readonly isQuiet: boolean;
  /** Say notes too. */
  readonly isVerbose: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Of one message, in characters. */
const longest = 4000;

export function makeLog(
  channel: Pick<Channel, 'write'>,
  { format, isQuiet, isVerbose, now }: LogOptions,
): FollowLog {
  let last: Promise<void> = Promise.resolve();
  const write = (
    level: LogLevel,
    message: string,
    fields: Readonly<Record<string, string | number>>,
    text: string,
  ): void => {
    if (isQuiet && level === 'info') return;
    const time = new Date(now()).toISOString();
    const line =
      format === 'json'
        ? JSON.stringify({ schema: 'natc.log/v1', time, level, message: clean(message), ...fields })
        : `${time} ${clean(text)}`;
    // A log that nobody reads any more is no reason to stop.
    last = channel.write(`${line}\n`).catch(() => {});
  };
  return {
    say: (level, message, fields = {}) =>
      write(level, message, fields, level === 'info' ? message : `${level}: ${message}`),
    diagnostics: (diagnostics) => {
      for (const each of diagnostics) {
        const { code, severity, message, places, hint } = each;
        if (!isPrinted(each) && !isVerbose) continue;
        const place = placeText(places[0]);
        const level = severity === 'error' || severity === 'warning' ? severity : 'info';
        const fields = {
          code,
          ...(place !== '' && { place: clean(place) }),
          ...(hint !== undefined && { hint: clean(hint) }),
        };
        const about = place === '' ? '' : ` ${place}`;
        const advice = hint === undefined ? '' : ` (${hint})`;
        write(level, message, fields, `${severity}[${code}]${about}: ${message}${advice}`);
      }
    },
    flushed: () => last,
  };
}

const clean = (text: string): string => cut(printable(text), longest);
