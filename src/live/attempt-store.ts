import type { OtherWarnings, Standing, StandingWarning } from '../diagnostics/standing.ts';
import { readState, writeState } from './state-file.ts';
import { isCount, isLine, isListOf, isRecord, isTime } from './state-shape.ts';
import { loadUnconfirmed } from './unconfirmed.ts';

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
}

const attemptFile = 'attempt.json';
const warningsFile = 'warnings.json';

/** Changes with the shape of the files; others are ignored. */
const format = 1;

/** The same outcome within so many seconds is not written again. */
const tooSoon = 30;

export const loadAttempt = (directory: string): Promise<Attempt | undefined> =>
  readState(directory, attemptFile, (json) => {
    if (!isRecord(json) || json['format'] !== format) return undefined;
    const { time, exitCode, message, lastSuccess } = json;
    const isWhole =
      isTime(time) &&
      isCount(exitCode) &&
      (message === undefined || isLine(message)) &&
      (lastSuccess === undefined || isTime(lastSuccess));
    return isWhole ? { time, exitCode, message, lastSuccess } : undefined;
  });

/** @throws the system's error when the directory cannot be written */
export async function storeAttempt(
  directory: string,
  attempt: Omit<Attempt, 'lastSuccess'>,
): Promise<void> {
  const { time, exitCode, message } = attempt;
  const before = await loadAttempt(directory);
  const age = time - (before?.time ?? 0);
  const isSame = before?.exitCode === exitCode && before.message === message;
  if (isSame && age >= 0 && age < tooSoon && !(await isUndoneSince(directory, before.time))) return;
  const lastSuccess = exitCode === 0 ? time : before?.lastSuccess;
  const json = { format, time, exitCode, message, lastSuccess };
  await writeState(directory, attemptFile, `${JSON.stringify(json)}\n`, { sync: false });
}

/** Whether what that attempt did was undone: then a success in the same seconds is another one. */
async function isUndoneSince(directory: string, time: number): Promise<boolean> {
  const unconfirmed = await loadUnconfirmed(directory);
  return unconfirmed !== undefined && unconfirmed.time >= time;
}

export const loadWarnings = (directory: string): Promise<Standing | undefined> =>
  readState(directory, warningsFile, (json) => {
    if (!isRecord(json) || json['format'] !== format) return undefined;
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
  isRecord(json) &&
  isLine(json['id']) &&
  isLine(json['code']) &&
  isLine(json['message']) &&
  isLine(json['place']) &&
  isTime(json['since']) &&
  isMark(json['unapplied']);

const isOthers = (json: unknown): json is OtherWarnings =>
  isRecord(json) && isLine(json['digest']) && isCount(json['count']) && isMark(json['unapplied']);

const isMark = (json: unknown): json is true | undefined => json === undefined || json === true;
