import type { Host } from '../../host/machine/host.ts';
import { isAbsent } from '../../host/machine/nft-error.ts';
import type { Revision } from '../../host/state/revision.ts';
import { halfOf } from '../canonical/digest.ts';
import { tableName } from '../names.ts';
import { isSetListing, nftFamilies, type Stamps } from './kernel-tables.ts';
import type { Stamp } from './stamp.ts';
import { readStamp } from './stamp.ts';
import { familiesTouched, type Transaction } from './transaction.ts';

/**
 * What the kernel's stamps say after a transaction, whatever nft said of it: `done`, `not-done` (it
 * holds what it held), `other` (somebody else was there), or `unknown` where they cannot be read.
 */
export type CommitVerdict = 'done' | 'not-done' | 'other' | 'unknown';

/**
 * Reads the stamps back: that nft ended with 0 is no proof that the kernel took the change, and that it
 * failed none that the kernel did not.
 *
 * @param before the stamps that were read before
 */
export async function verdictOn(
  host: Host,
  transaction: Transaction,
  { digest, number, time }: Revision,
  before: Stamps,
): Promise<CommitVerdict> {
  const touched = familiesTouched(transaction);
  let [isDone, isAsBefore] = [true, true];
  for (const family of nftFamilies) {
    const { result, stamp } = await readStamp(host, family, tableName);
    if (!isAbsent(result) && !isSetListing(result)) return 'unknown';
    const half = halfOf(digest, family);
    const desired = /^0+$/.test(half) ? undefined : half;
    const isOurs = stamp?.number === number && stamp.time === time;
    isDone &&= stamp?.half === desired && (stamp === undefined || !touched.has(family) || isOurs);
    isAsBefore &&= isSame(stamp, before[family]);
  }
  if (isDone) return 'done';
  return isAsBefore ? 'not-done' : 'other';
}

const isSame = (a: Stamp | undefined, b: Stamp | undefined): boolean =>
  a?.half === b?.half && a?.number === b?.number && a?.time === b?.time;
