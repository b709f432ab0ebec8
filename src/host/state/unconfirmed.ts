import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { isMapping } from '../../diagnostics/mapping.ts';
import { readState, removeState, writeState } from './state-file.ts';
import { isDigest, isTime } from './state-shape.ts';

/*
 * The ruleset that went because nobody confirmed it, in the state directory. What applies every minute
 * would put it back at once: it is refused until somebody waits for a confirmation again, or another
 * ruleset was applied.
 */

const file = 'unconfirmed.json';

/** Changes with the shape of the file; others are ignored. */
const format = 2;

export interface Unconfirmed {
  readonly digest: string;
  /** When it was undone, in seconds since 1970. */
  readonly time: number;
}

/** Tells one change that was undone from the next, without a comparison of clocks. */
export const nameOfUnconfirmed = ({ digest, time }: Unconfirmed): string => `${digest} ${time}`;

/** The ruleset that nobody confirmed; undefined: there is none. */
export const loadUnconfirmed = (directory: string): Promise<Unconfirmed | undefined> =>
  readState(directory, file, (json) => {
    if (!isMapping(json) || json['format'] !== format) return undefined;
    const { digest, time } = json;
    return isDigest(digest) && isTime(time) ? { digest, time } : undefined;
  });

/** Keeps it from being applied again. @throws the system's error */
export const refuseFromNow = (directory: string, { digest, time }: Unconfirmed): Promise<void> =>
  writeState(directory, file, `${JSON.stringify({ format, digest, time })}\n`);

/** @throws the system's error */
export const allowAgain = (directory: string): Promise<void> => removeState(directory, file);

/** What stands against applying a ruleset that nobody confirmed when it was to be confirmed. */
export async function objectionToUnconfirmed(
  directory: string,
  digest: string,
): Promise<readonly Diagnostic[]> {
  if ((await loadUnconfirmed(directory))?.digest !== digest) return [];
  return [
    {
      code: 'NATC5107',
      severity: 'error',
      message: 'this ruleset was to be confirmed and nobody did, so it is not applied again',
      places: [],
      hint: 'put the input right, or apply it with --confirm-timeout and keep it with natc confirm',
    },
  ];
}
