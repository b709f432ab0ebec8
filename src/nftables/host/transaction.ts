import { type Host, type RunResult, succeeded } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import type { NftFamily } from '../../net/family.ts';
import { halfOf } from '../canonical/digest.ts';
import { canonicalOf, type WrittenRuleset } from '../canonical/written.ts';
import { type Delta, type Operation, replaceTable, type TableRef } from '../delta.ts';
import { tableName } from '../names.ts';
import { renderScript } from '../script.ts';
import { nftFamilies, type Stamps } from './kernel-tables.ts';
import { stampOperations } from './stamp.ts';

/** One change of the kernel: content and stamps together. */
export interface Transaction {
  readonly operations: readonly Operation[];
  /** Belongs to the same transaction where the kernel can do it (see Delta). */
  readonly cleanup: readonly Operation[];
}

/** Replaces the tables whole, whatever the kernel holds: for a table that cannot be read. */
export function replacement(next: WrittenRuleset, revision: Revision): Transaction {
  const unwanted = nftFamilies.filter((family) =>
    next.tables.every(({ shared }) => shared.family !== family),
  );
  const operations = [
    ...canonicalOf(next).tables.flatMap(replaceTable),
    ...unwanted.flatMap((family) => removeTable({ family, table: tableName })),
  ];
  return transactionFor(
    { operations, cleanup: [] },
    { ip: undefined, ip6: undefined },
    next,
    revision,
  );
}

/** Adding first makes the deletion succeed where there is no such table. */
const removeTable = (table: TableRef): readonly Operation[] => [
  { ...table, kind: 'add-table', comment: undefined },
  { ...table, kind: 'delete-table' },
];

/**
 * A difference that leads to `next`, with stamps compared and swapped: those of the tables that change,
 * and of those whose number is higher than the revision's (rollback): the highest number is that of the
 * revision. For the same reason all are swapped where the change is that a table goes. Other tables are
 * left alone.
 */
export function transactionFor(
  { operations, cleanup }: Delta,
  stamps: Stamps,
  next: WrittenRuleset,
  revision: Revision,
): Transaction {
  const replaced = new Set(
    operations.filter(({ kind }) => kind === 'delete-table').map(({ family }) => family),
  );
  const touched = familiesTouched({ operations, cleanup });
  const tables = next.tables.map(({ shared }) => shared);
  const changed = tables.filter(({ family }) => {
    const stamp = stamps[family];
    return (
      touched.has(family) ||
      stamp?.half !== halfOf(revision.digest, family) ||
      stamp.number > revision.number
    );
  });
  const swaps = (changed.length > 0 ? changed : tables).flatMap(({ family, name }) =>
    stampOperations({ family, table: name }, replaced.has(family) ? undefined : stamps[family], {
      number: revision.number,
      half: halfOf(revision.digest, family),
      time: revision.time,
    }),
  );
  return { operations: [...operations, ...swaps], cleanup };
}

/** The families whose table a transaction changes; stamps count. */
export const familiesTouched = ({ operations, cleanup }: Transaction): ReadonlySet<NftFamily> =>
  new Set([...operations, ...cleanup].map(({ family }) => family));

/** Whether anything but the stamps would change. */
export const isEmpty = ({ operations, cleanup }: Delta): boolean =>
  operations.length === 0 && cleanup.length === 0;

/**
 * Sends a transaction. Kernels before 6.2 still count references that the same transaction removes: if
 * the kernel calls something busy, the clean-up goes into a second transaction.
 */
export async function commit(host: Host, transaction: Transaction): Promise<RunResult> {
  const { operations, cleanup } = transaction;
  const whole = await send(host, [...operations, ...cleanup]);
  if (cleanup.length === 0 || !isBusy(whole)) return whole;
  const first = await send(host, operations);
  if (!succeeded(first)) return first;
  // What is left is unreachable: if even this fails, a later apply removes it.
  await send(host, cleanup);
  return first;
}

const send = (host: Host, operations: readonly Operation[]): Promise<RunResult> =>
  host.run('nft', ['-f', '-'], renderScript(operations));

export const isBusy = (result: RunResult): boolean =>
  result.kind === 'exited' &&
  result.exitCode !== 0 &&
  result.stderr.includes('Device or resource busy');

/** The kernel does not hold what the transaction took for granted: read it again. */
export const isOutdated = (result: RunResult): boolean =>
  result.kind === 'exited' &&
  result.exitCode !== 0 &&
  /No such file or directory|File exists|Device or resource busy/.test(result.stderr);
