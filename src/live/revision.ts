import type { NftFamily } from '../ruleset/ast.ts';
import type { Operation, TableRef } from '../ruleset/delta.ts';
import type { Host, RunResult } from './host.ts';

/**
 * The stamp that says which revision a table holds: one element in the set `revision` of each table,
 * changed in the same transaction as the content. Deleting the old element by its value makes the
 * transaction fail when another process was quicker (compare and swap). It is a set because a single
 * set is listed at once; nft 1.0.6 reads all elements of the table to list a single chain.
 */
export interface Revision {
  /** Counts the changes that natc made on this host. */
  readonly number: number;
  /** The first 128 bits of the SHA-256 of the canonical ruleset, 32 hexadecimal digits. */
  readonly digest: string;
  /** When it was applied, seconds since 1970. */
  readonly time: number;
}

export const revisionSet = 'revision';

const declaration = 'typeof meta mark . meta mark . meta mark . meta mark';

const setComment = 'digest of what this table holds, see natc status';

/** The digest as the set's key: four 32-bit numbers. */
const stampKey = (digest: string): string =>
  (digest.match(/.{8}/g) ?? []).map((word) => `0x${word}`).join(' . ');

const stampElement = ({ number, digest, time }: Revision): string =>
  `${stampKey(digest)} comment "revision ${number}, ${time}"`;

/**
 * Puts a stamp into a table.
 *
 * @param previous the stamp that must be there now; undefined when the table has none, or is new
 */
export function stampOperations(
  table: TableRef,
  previous: Revision | undefined,
  next: Revision,
): readonly Operation[] {
  const stamp = { ...table, collection: revisionSet };
  const add: Operation = { ...stamp, kind: 'add-elements', elements: [stampElement(next)] };
  return previous === undefined
    ? [
        { ...stamp, kind: 'add-collection', what: 'set', declaration, comment: setComment },
        { ...stamp, kind: 'flush-set' },
        add,
      ]
    : [{ ...stamp, kind: 'delete-elements', elements: [stampKey(previous.digest)] }, add];
}

const stampPattern =
  /0x([0-9a-f]{1,8}) \. 0x([0-9a-f]{1,8}) \. 0x([0-9a-f]{1,8}) \. 0x([0-9a-f]{1,8}) comment "revision (\d+), (\d+)"/;

/** Reads a stamp out of what nft lists; undefined when there is none that natc wrote. */
export function parseStamp(listing: string): Revision | undefined {
  const match = stampPattern.exec(listing);
  if (match === null) return undefined;
  return {
    digest: match
      .slice(1, 5)
      .map((word) => word.padStart(8, '0'))
      .join(''),
    number: Number(match[5]),
    time: Number(match[6]),
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
): Promise<{ readonly result: RunResult; readonly revision: Revision | undefined }> {
  const result = await host.run('nft', ['list', 'set', family, table, revisionSet]);
  return {
    result,
    revision:
      result.kind === 'exited' && result.exitCode === 0 ? parseStamp(result.stdout) : undefined,
  };
}
