import { printable } from '../../diagnostics/printable.ts';
import { countOf, type Standing, warningLine } from '../../diagnostics/standing.ts';
import { type Attempt, loadAttempt, loadWarnings } from '../../host/state/attempt-store.ts';
import { type PendingStatus, pendingStatus } from '../../host/state/pending-status.ts';
import type { Revision } from '../../host/state/revision.ts';
import { exitCodes } from '../exit-codes.ts';
import { age } from './age.ts';

/** What natc apply left word of. */
export interface History {
  /** Undefined: not known. */
  readonly attempt: Attempt | undefined;
  /** Undefined: not known. */
  readonly warnings: Standing | undefined;
  /** What is or was to be confirmed; undefined: not looked at. */
  readonly pending?: PendingStatus;
  /** Seconds since an apply last ended with 0 that are too many; undefined: none are. */
  readonly maxAge: number | undefined;
  /** Seconds since 1970, as everywhere here. */
  readonly now: number;
}

/** @param revision what the kernel holds, as far as it is known */
export async function historyOf(
  stateDirectory: string,
  maxAge: number | undefined,
  now: number,
  revision: Revision | undefined,
): Promise<History & Required<Pick<History, 'pending'>>> {
  const attempt = await loadAttempt(stateDirectory);
  const pending = await pendingStatus(stateDirectory, revision, attempt?.afterUndone, now);
  return { attempt, warnings: await loadWarnings(stateDirectory), pending, maxAge, now };
}

/** Whether the last apply ended with 0, and not too long ago. */
export const isGood = (history: History, revision: Revision | undefined): boolean =>
  (history.attempt?.exitCode ?? exitCodes.success) === exitCodes.success &&
  !isTooOld(history, revision);

/** `last attempt 5m ago: failed, exit status 3: ...`, or nothing where it is not known. */
function attemptText({ attempt, now }: History): string {
  if (attempt === undefined) return '';
  const { time, exitCode, message } = attempt;
  return `last attempt ${age(now - time)} ago: ${outcomeOf(exitCode)}${
    message === undefined ? '' : `: ${printable(message)}`
  }\n`;
}

/** Whether, and since when, there was no apply that ended with 0. */
function tooOldText(history: History, revision: Revision | undefined): string {
  if (!isTooOld(history, revision)) return '';
  const last = lastSuccess(history, revision);
  const { maxAge, now } = history;
  return last === undefined
    ? 'no attempt is known that ended with 0 (--max-age)\n'
    : `last success ${age(now - last)} ago: more than ${age(maxAge ?? 0)} (--max-age)\n`;
}

/** All of it, for people. */
export const historyText = (history: History, revision: Revision | undefined): string =>
  attemptText(history) + tooOldText(history, revision) + warningsText(history);

/** The warnings that stand, each with its age. */
function warningsText({ warnings, now }: History): string {
  if (warnings === undefined || countOf(warnings) === 0) return '';
  const kept = warnings.warnings;
  const more = countOf(warnings) - kept.length;
  const lines = kept.map(
    (each) => `  for ${age(now - each.since)}: ${printable(warningLine(each))}\n`,
  );
  const rest = more === 0 ? '' : `  and ${more} more, which natc check lists\n`;
  return `warnings of natc apply that stand: ${countOf(warnings)}\n${lines.join('')}${rest}`;
}

/** The fields of the JSON document. */
export function historyJson(history: History, revision: Revision | undefined) {
  const { attempt, warnings, maxAge, now } = history;
  return {
    attempt:
      attempt === undefined
        ? null
        : {
            time: attempt.time,
            ageSeconds: Math.max(0, now - attempt.time),
            exitCode: attempt.exitCode,
            message: attempt.message ?? null,
            lastSuccess: attempt.lastSuccess ?? null,
          },
    tooOld: maxAge === undefined ? null : isTooOld(history, revision),
    warnings:
      warnings === undefined
        ? null
        : {
            count: countOf(warnings),
            standing: warnings.warnings.map(({ code, place, message, since }) => {
              return { code, place, message, since, ageSeconds: Math.max(0, now - since) };
            }),
          },
  };
}

const outcomeOf = (exitCode: number): string => {
  switch (exitCode) {
    case exitCodes.success:
      return 'done';
    case exitCodes.guardRefused:
      return 'refused or held back, exit status 4';
    case exitCodes.incomplete:
      return 'not complete, exit status 6';
    default:
      return `failed, exit status ${exitCode}`;
  }
};

/** Without a word of natc apply, its revision is the sign of success. */
function lastSuccess({ attempt, now }: History, revision?: Revision): number | undefined {
  const time = attempt === undefined ? revision?.time : attempt.lastSuccess;
  // The clock was set back: such a success would count as recent until it is there again.
  return time !== undefined && time > now + clockTolerance ? undefined : time;
}

/** Seconds by which a clock may be set back a little without an alarm. */
const clockTolerance = 60;

function isTooOld(history: History, revision: Revision | undefined): boolean {
  const { maxAge, now } = history;
  if (maxAge === undefined) return false;
  const last = lastSuccess(history, revision);
  return last === undefined || now - last > maxAge;
}
