import { isMapping } from '../../diagnostics/mapping.ts';
import type { OtherWarnings, Standing, StandingWarning } from '../../diagnostics/standing.ts';
import { readState, writeState } from './state-file.ts';
import { isCount, isLine, isListOf, isTime } from './state-shape.ts';
import { loadUnconfirmed, nameOfUnconfirmed } from './unconfirmed.ts';

/*
 * What became of the last `natc apply`, and which warnings it has given. Both only tell people, so a
 * crash of the machine may lose them: they are written without a sync.
 */

/** How the last apply that came to a decision ended. */
export interface Attempt {
  /** Seconds since 1970. */
  readonly time: number;
  readonly exitCode: number;
  /** Why it did not end with 0, where it said so. */
  readonly message: string | undefined;
  /** When one last ended with 0; undefined: none that is known. */
  readonly lastSuccess: number | undefined;
  /** The unconfirmed change that had been undone by then, by its name; undefined: none. */
  readonly afterUndone?: string | undefined;
}

const attemptFile = 'attempt.json';
const warningsFile = 'warnings.json';

/** Changes with the shape of the files; others are ignored. */
const format = 1;

/** The same outcome within so many seconds is not written again. */
const tooSoon = 30;

export const loadAttempt = (directory: string): Promise<Attempt | undefined> =>
  readState(directory, attemptFile, (json) => {
    if (!isMapping(json) || json['format'] !== format) return undefined;
    const { time, exitCode, message, lastSuccess, afterUndone } = json;
    const isWhole =
      isTime(time) &&
      isCount(exitCode) &&
      (message === undefined || isLine(message)) &&
      (lastSuccess === undefined || isTime(lastSuccess)) &&
      (afterUndone === undefined || isLine(afterUndone));
    return isWhole ? { time, exitCode, message, lastSuccess, afterUndone } : undefined;
  });

/** @throws the system's error when the directory cannot be written */
export async function storeAttempt(
  directory: string,
  attempt: Pick<Attempt, 'time' | 'exitCode' | 'message'>,
): Promise<void> {
  const { time, exitCode, message } = attempt;
  const before = await loadAttempt(directory);
  const age = time - (before?.time ?? 0);
  const isSame = before?.exitCode === exitCode && before.message === message;
  const undone = await loadUnconfirmed(directory);
  // A success is another one where what the last did was undone since, be it in the same second.
  const success =
    exitCode === 0
      ? { lastSuccess: time, afterUndone: undone && nameOfUnconfirmed(undone) }
      : { lastSuccess: before?.lastSuccess, afterUndone: before?.afterUndone };
  const isAfterSame = before?.afterUndone === success.afterUndone;
  if (isSame && isAfterSame && age >= 0 && age < tooSoon) return;
  const json = { format, time, exitCode, message, ...success };
  await writeState(directory, attemptFile, `${JSON.stringify(json)}\n`, { sync: false });
}

export const loadWarnings = (directory: string): Promise<Standing | undefined> =>
  readState(directory, warningsFile, (json) => {
    if (!isMapping(json) || json['format'] !== format) return undefined;
    const { warnings, others } = json;
    return isListOf(warnings, isWarning) && isListOf(others, isOthers)
      ? { warnings, others }
      : undefined;
  });

/** @throws the system's error when the directory cannot be written */
export const storeWarnings = (directory: string, { warnings, others }: Standing): Promise<void> =>
  writeState(directory, warningsFile, `${JSON.stringify({ format, warnings, others })}\n`, {
    sync: false,
  });

const isWarning = (json: unknown): json is StandingWarning =>
  isMapping(json) &&
  isLine(json['id']) &&
  isLine(json['code']) &&
  isLine(json['message']) &&
  isLine(json['place']) &&
  isTime(json['since']) &&
  isMark(json['unapplied']);

const isOthers = (json: unknown): json is OtherWarnings =>
  isMapping(json) && isLine(json['digest']) && isCount(json['count']) && isMark(json['unapplied']);

const isMark = (json: unknown): json is true | undefined => json === undefined || json === true;
