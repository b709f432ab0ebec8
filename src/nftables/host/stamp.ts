import type { Host, RunResult } from '../../host/machine/host.ts';
import type { NftFamily } from '../../net/family.ts';
import type { Operation, TableRef } from '../delta.ts';

/**
 * The stamp that says what one table holds: one element in its set `revision`, changed in the same
 * transaction as the content. Deleting the old element by its value makes the transaction fail when
 * another process was quicker (compare and swap). It is a set because a single set is listed at once;
 * nft 1.0.6 reads all elements of the table to list a single chain.
 */
export interface Stamp {
  /** The number of the revision that changed this table last. */
  readonly number: number;
  /** This table's half of the digest, 16 hexadecimal digits. */
  readonly half: string;
  /** When this table was changed last, seconds since 1970. */
  readonly time: number;
}

export const revisionSet = 'revision';

const declaration = 'typeof meta mark . meta mark';

const setComment = 'digest of what this table holds, see natc status';

/** The half as the set's key: two 32-bit numbers. */
const stampKey = (half: string): string => `0x${half.slice(0, 8)} . 0x${half.slice(8)}`;

const stampElement = ({ number, half, time }: Stamp): string =>
  `${stampKey(half)} comment "revision ${number}, ${time}"`;

/**
 * Puts a stamp into a table.
 *
 * @param previous the stamp that must be there now; undefined when the table has none, or is new
 */
export function stampOperations(
  table: TableRef,
  previous: Stamp | undefined,
  next: Stamp,
): readonly Operation[] {
  const stamp = { ...table, collection: revisionSet };
  const add: Operation = { ...stamp, kind: 'add-elements', elements: [stampElement(next)] };
  return previous === undefined
    ? [
        { ...stamp, kind: 'add-collection', what: 'set', declaration, comment: setComment },
        { ...stamp, kind: 'flush-set' },
        add,
      ]
    : [{ ...stamp, kind: 'delete-elements', elements: [stampKey(previous.half)] }, add];
}

const stampPattern = /\{ 0x([0-9a-f]{1,8}) \. 0x([0-9a-f]{1,8}) comment "revision (\d+), (\d+)"/;

/** Reads a stamp out of what nft lists; undefined when there is none that natc wrote. */
export function parseStamp(listing: string): Stamp | undefined {
  const [match, first, second, number, time] = stampPattern.exec(listing) ?? [];
  if (match === undefined || first === undefined || second === undefined) return undefined;
  return {
    half: first.padStart(8, '0') + second.padStart(8, '0'),
    number: Number(number),
    time: Number(time),
  };
}

const stampBlock = /^\tset revision \{\n[\s\S]*?\n\t\}\n\n?/m;

/** The listing of a table without its stamp, which is no part of the ruleset. */
export const withoutStamp = (listing: string): string => listing.replace(stampBlock, '');

/** Asks the kernel for the stamp of one table, listing nothing else. */
export async function readStamp(
  host: Host,
  family: NftFamily,
  table: string,
): Promise<{ readonly result: RunResult; readonly stamp: Stamp | undefined }> {
  const result = await host.run('nft', ['list', 'set', family, table, revisionSet]);
  return {
    result,
    stamp:
      result.kind === 'exited' && result.exitCode === 0 ? parseStamp(result.stdout) : undefined,
  };
}
