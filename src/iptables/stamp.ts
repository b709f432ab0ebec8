import { createHash } from 'node:crypto';
import type { IpFamily } from '../net/family.ts';
import type { TableName } from './ast.ts';
import { allTables, type IptablesTableRef, isEmptyTable, type TableRules } from './tables.ts';

/**
 * The stamp that says what natc put into one table: the only rule of a chain that nothing jumps to,
 * changed in the same commit as the table. Whoever flushes the table takes it along, so a look at it
 * tells that too. The old one is deleted by its value: a commit that takes another state of the table
 * for granted fails.
 */
export interface TableStamp {
  /** The number of the revision that changed this table last. */
  readonly number: number;
  /** Of what natc put into the table, 32 hexadecimal digits (see tableDigest). */
  readonly digest: string;
  /** When this table was changed last, seconds since 1970. */
  readonly time: number;
}

/** The stamps of all tables; a table without one has undefined. */
export type IptablesStamps = Readonly<
  Record<IpFamily, Readonly<Record<TableName, TableStamp | undefined>>>
>;

export const stampChain = 'NATC-REVISION';

/** The rule, as it follows `-A NATC-REVISION`. It has no target, and no packet gets there. */
export const stampRule = ({ number, time, digest }: TableStamp): string =>
  `-m comment --comment "revision ${number}, ${time}, ${digest}"`;

const stampPattern = /--comment "revision (\d{1,15}), (\d{1,12}), ([0-9a-f]{32})"/;

/** The stamp in a rule; undefined when there is none that natc wrote. */
export function parseStampRule(rule: string): TableStamp | undefined {
  const [, number, time, digest] = stampPattern.exec(rule) ?? [];
  if (digest === undefined) return undefined;
  return { number: Number(number), time: Number(time), digest };
}

/** Of what natc puts into a table, 32 hexadecimal digits; undefined for a table without rules of natc. */
export function iptablesTableDigest(table: TableRules): string | undefined {
  if (isEmptyTable(table)) return undefined;
  const known = digests.get(table) ?? digestOfTable(table);
  digests.set(table, known);
  return known;
}

/** One table is asked for several times, and has megabytes. */
const digests = new WeakMap<TableRules, string>();

function digestOfTable(table: TableRules): string {
  const chains = [...table.chains].sort(([a], [b]) => (a < b ? -1 : 1));
  return digestOfText(JSON.stringify([chains, table.jumps]));
}

/** Of all tables, from those of each: that of a revision. */
export const joinDigests = (digestIn: (ref: IptablesTableRef) => string | undefined): string =>
  digestOfText(allTables.map((ref) => digestIn(ref) ?? '').join(' '));

const digestOfText = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32);
