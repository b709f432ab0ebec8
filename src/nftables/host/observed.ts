import type { Host } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import type { NftFamily } from '../../net/family.ts';
import type { FlowService } from '../../plan/flows.ts';
import type { Ruleset } from '../ast.ts';
import type { CanonicalTable } from '../canonical/canonical.ts';
import { changedParts } from '../canonical/changed-parts.ts';
import { halfOf, joinHalves } from '../canonical/digest.ts';
import {
  areWhole,
  changedServices,
  type WrittenRuleset,
  writtenWhole,
} from '../canonical/written.ts';
import { type Delta, deltaBetween } from '../delta.ts';
import { tableName } from '../names.ts';
import { listKernelTable, nftFamilies, type Stamps } from './kernel-tables.ts';
import { loadRevision, type StoredRevision } from './revision-store.ts';
import type { Stamp } from './stamp.ts';

/** What the kernel holds, as far as natc knows. */
export interface ObservedRuleset {
  readonly stamps: Stamps;
  /** The revision that the stamps of both tables make up. */
  readonly revision: Revision | undefined;
  /** The stored revision with that stamp, if its file could be read. */
  readonly stored: StoredRevision | undefined;
  /** `state`: taken from the state file; `kernel`: listed; undefined: a table cannot be read. */
  readonly ruleset: WrittenRuleset | undefined;
  readonly source: 'state' | 'kernel';
  /** Tables that a listing showed to be asleep. */
  readonly dormant: readonly NftFamily[];
  /** Why it cannot be read: `table ip natc: killed by SIGSEGV`. */
  readonly unreadable?: string;
}

/** What the kernel should hold. */
export interface DesiredRuleset {
  /** For the origins of its elements, when nft complains about one; it need not be in memory before. */
  readonly ruleset: () => Ruleset;
  readonly written: WrittenRuleset;
  readonly digest: string;
  readonly flowServices: readonly FlowService[];
  /** The revision's number, where it was given before (rollback); undefined: the next one. */
  readonly number?: number;
}

/**
 * Finds out what the kernel holds: by the stamp and its state file, at the cost of two tiny listings;
 * by listing everything where the stamp or the file is missing, or when that is asked for.
 *
 * @param desired what it is to be compared with; undefined: list everything
 */
export async function observeRuleset(
  host: Host,
  directory: string,
  stamps: Stamps,
  desired: WrittenRuleset | undefined,
): Promise<ObservedRuleset> {
  const revision = commonRevision(stamps);
  const stored =
    revision === undefined ? undefined : await storedFor(directory, stamps, revision, desired);
  if (stored !== undefined && desired !== undefined)
    return { stamps, revision, stored, ruleset: stored.ruleset, source: 'state', dormant: [] };
  return {
    stamps,
    revision,
    stored,
    source: 'kernel',
    ...(await listedRuleset(host)),
  };
}

/**
 * The revision that the stamps make up: each has its table's half of the digest, and the one of the last
 * change has its number and time. Stamps that do not belong together give a digest without a file.
 *
 * @returns undefined when no table has a stamp
 */
export function commonRevision({ ip, ip6 }: Stamps): Revision | undefined {
  const last = ip === undefined || (ip6 !== undefined && isNewer(ip6, ip)) ? ip6 : ip;
  if (last === undefined) return undefined;
  return { number: last.number, digest: joinHalves(ip?.half, ip6?.half), time: last.time };
}

const isNewer = (a: Stamp, b: Stamp): boolean =>
  a.number > b.number || (a.number === b.number && a.time > b.time);

/** The file of a revision, if the tables it has are those that carry its stamp. */
async function storedFor(
  directory: string,
  stamps: Stamps,
  { digest }: Revision,
  desired: WrittenRuleset | undefined,
): Promise<StoredRevision | undefined> {
  const stored = await loadRevision(directory, digest);
  if (stored === undefined || !carry(stamps, familiesOf(stored.ruleset), digest)) return undefined;
  const needed = desired === undefined ? undefined : changedServices(stored.ruleset, desired);
  return areWhole(stored.ruleset, needed) ? stored : undefined;
}

async function listedRuleset(
  host: Host,
): Promise<Pick<ObservedRuleset, 'ruleset' | 'dormant' | 'unreadable'>> {
  const tables: CanonicalTable[] = [];
  const dormant: NftFamily[] = [];
  for (const family of nftFamilies) {
    const listed = await listKernelTable(host, family);
    if (listed.kind === 'unreadable') {
      const unreadable = `table ${family} ${tableName}: ${listed.reason}`;
      return { ruleset: undefined, dormant, unreadable };
    }
    if (listed.kind === 'absent') continue;
    tables.push(listed.table);
    if (listed.isDormant) dormant.push(family);
  }
  return { ruleset: writtenWhole({ tables }), dormant };
}

/**
 * The difference between what is observed and what is desired; undefined when what is observed is unknown.
 *
 * @param remade see {@link deltaBetween}
 */
export const differenceFrom = (
  { ruleset }: ObservedRuleset,
  { written }: Pick<DesiredRuleset, 'written'>,
  remade?: ReadonlySet<string>,
): Delta | undefined =>
  ruleset === undefined ? undefined : writtenDelta(ruleset, written, remade);

/** The Services that are observed otherwise than desired; undefined: any may be. */
export const changedIn = (
  { ruleset }: ObservedRuleset,
  { written }: Pick<DesiredRuleset, 'written'>,
): ReadonlySet<string> | undefined =>
  ruleset === undefined ? undefined : changedServices(ruleset, written);

/** What leads from one ruleset to another; Services that contribute the same to both are not looked at. */
export function writtenDelta(
  before: WrittenRuleset,
  after: WrittenRuleset,
  remade?: ReadonlySet<string>,
): Delta {
  const { previous, next } = changedParts(before, after);
  return deltaBetween(previous, next, remade);
}

/** Every desired table carries its half of the desired digest, and no other table is there. */
export const isStamped = (stamps: Stamps, { written, digest }: DesiredRuleset): boolean =>
  carry(stamps, familiesOf(written), digest);

/** Whether the tables of these families, and no others, carry their halves of a digest. */
export const carry = (stamps: Stamps, families: readonly NftFamily[], digest: string): boolean =>
  nftFamilies.every(
    (family) =>
      stamps[family]?.half === (families.includes(family) ? halfOf(digest, family) : undefined),
  );

export const familiesOf = ({ tables }: WrittenRuleset): readonly NftFamily[] =>
  tables.map(({ shared }) => shared.family);
