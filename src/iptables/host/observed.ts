import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import { saveCommand } from '../../host/machine/iptables-tools.ts';
import type { Revision } from '../../host/state/revision.ts';
import type { IpFamily } from '../../net/family.ts';
import type { FlowService } from '../../plan/flows.ts';
import {
  type IptablesStamps,
  iptablesTableDigest,
  joinDigests,
  type TableStamp,
} from '../stamp.ts';
import { allTables, type IptablesTableRef, type KernelRules } from '../tables.ts';
import {
  isListed,
  type ListedRules,
  listRules,
  notListed,
  readIptablesStamps,
  stampsIn,
} from './kernel-tables.ts';
import { digestOfRules, loadTables, type StoredTables } from './revision-store.ts';

/** What the kernel's tables should hold. */
export interface DesiredTables {
  readonly rules: KernelRules;
  /** The families that have rules: their programs are needed. */
  readonly families: ReadonlySet<IpFamily>;
  readonly digest: string;
  readonly flowServices: readonly FlowService[];
  /** The revision's number, where it was given before (rollback); undefined: the next one. */
  readonly number?: number;
}

export const desiredTables = (
  rules: KernelRules,
  families: Iterable<IpFamily>,
  flowServices: readonly FlowService[],
): DesiredTables => ({
  rules,
  families: new Set(families),
  digest: digestOfRules(rules),
  flowServices,
});

/** What the kernel's tables hold, as far as natc knows. */
export interface ObservedTables {
  readonly stamps: IptablesStamps;
  /** The revision that the stamps make up; undefined when no table has one. */
  readonly revision: Revision | undefined;
  /** What was put there according to the state directory. */
  readonly stored: StoredTables | undefined;
  readonly rules: KernelRules;
  /** Where `rules` is from: the state file, or a listing. */
  readonly source: 'state' | 'kernel';
}

/**
 * Finds out what the tables hold: by the stamps and their state file; by listing everything where a
 * stamp or the file is missing, or with `verify`.
 */
export async function observeTables(
  host: Host,
  directory: string,
  stamps: IptablesStamps,
  needed: ReadonlySet<IpFamily>,
  verify: boolean,
): Promise<ObservedTables | Diagnostic> {
  const revision = revisionOf(stamps);
  const stored = revision === undefined ? undefined : await loadTables(directory, revision.digest);
  if (stored !== undefined && !verify)
    return { stamps, revision, stored, rules: stored.rules, source: 'state' };
  const listed = await listRules(host, needed);
  if (!isListed(listed)) return listed;
  const missing = await missingFrom(host, listed, stamps);
  if (missing !== undefined) return missing;
  return { stamps: stampsIn(listed), revision, stored, rules: listed, source: 'kernel' };
}

/**
 * Whether a listing lacks a stamp that was read before, and still is there: then it is none, and its tables
 * would be filled a second time.
 */
async function missingFrom(
  host: Host,
  listed: ListedRules,
  before: IptablesStamps,
): Promise<Diagnostic | undefined> {
  const lacks = (stamps: IptablesStamps) =>
    allTables.find((ref) => stampIn(stamps, ref) && !listed[ref.family][ref.table].stamp);
  const ref = lacks(before) && lacks(await readIptablesStamps(host));
  return (
    ref &&
    notListed(
      `${saveCommand[ref.family]} does not list what is in table ${ref.table}, where natc's stamp is`,
    )
  );
}

export const isObserved = (read: ObservedTables | Diagnostic): read is ObservedTables =>
  'stamps' in read;

/** The revision that the stamps make up: the digest of all, number and time of the last change. */
export function revisionOf(stamps: IptablesStamps): Revision | undefined {
  let last: TableStamp | undefined;
  for (const ref of allTables) {
    const stamp = stampIn(stamps, ref);
    if (stamp !== undefined && (last === undefined || isNewer(stamp, last))) last = stamp;
  }
  if (last === undefined) return undefined;
  const digest = joinDigests((ref) => stampIn(stamps, ref)?.digest);
  return { number: last.number, digest, time: last.time };
}

const isNewer = (a: TableStamp, b: TableStamp): boolean =>
  a.number > b.number || (a.number === b.number && a.time > b.time);

export const stampIn = (stamps: IptablesStamps, { family, table }: IptablesTableRef) =>
  stamps[family][table];

/** Whether every table carries the stamp of what is desired there, and no other has one. */
export const carryAll = (stamps: IptablesStamps, rules: KernelRules): boolean =>
  allTables.every(
    (ref) => stampIn(stamps, ref)?.digest === iptablesTableDigest(rules[ref.family][ref.table]),
  );
