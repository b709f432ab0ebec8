import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { NftFamily } from '../../net/family.ts';
import { isDormantListing } from '../../nftables/parse/dormant.ts';
import { type Host, succeeded } from './host.ts';
import { nftFailure } from './nft-error.ts';

/*
 * A table with `flags dormant` holds all its rules and none of them is in force. nft shows the flag in the
 * listing of the table alone, which takes it a second beside 20,000 Services: it reads all elements.
 */

export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
}

/**
 * The tables that are asleep, found out in some 10 ms: the kernel wakes a table and puts it to sleep
 * again in one transaction only if it was awake before (since Linux 6.6, and as a fix in older series;
 * others always do). nft has it checked and not committed, so that nothing changes. Which table it is, and
 * whether it is that, a listing confirms.
 */
export async function dormantTables(
  host: Host,
  tables: readonly NftTable[],
): Promise<readonly NftTable[]> {
  if (tables.length === 0) return [];
  const probe = tables.map(
    (table) => `${wake(table)}add table ${nameOf(table)} { flags dormant; }\n`,
  );
  const result = await host.run('nft', ['-c', '-f', '-'], probe.join(''));
  if (result.kind !== 'exited' || result.exitCode === 0) return [];
  if (!result.stderr.includes('Invalid argument')) return [];
  const listed = await Promise.all(
    tables.map(({ family, name }) => host.run('nft', ['-t', 'list', 'table', family, name])),
  );
  return tables.filter((_, index) => {
    const listing = listed[index];
    // nft may crash on the listing: waking what is awake does no harm.
    if (listing === undefined || listing.kind !== 'exited') return true;
    return listing.exitCode !== 0 || isDormantListing(listing.stdout);
  });
}

const nameOf = ({ family, name }: NftTable): string => `${family} ${name}`;

/** The command that wakes a table; it has no flags. */
export const wake = (table: NftTable): string => `add table ${nameOf(table)}\n`;

/** What became of tables that may be asleep. */
export type Awakening =
  | { readonly kind: 'awake'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Wakes tables, in a transaction of their own: the kernel takes no new base chain in the same one.
 *
 * @param known those that a listing showed to be asleep
 */
export async function wakeTables(
  host: Host,
  tables: readonly NftTable[],
  known: readonly NftTable[] = [],
): Promise<Awakening> {
  const found = known.length > 0 ? known : await dormantTables(host, tables);
  if (found.length === 0) return { kind: 'awake', diagnostics: [] };
  const result = await host.run('nft', ['-f', '-'], found.map(wake).join(''));
  if (!succeeded(result)) return { kind: 'refused', diagnostics: nftFailure(result) };
  const left = await dormantTables(host, found);
  return left.length === 0
    ? { kind: 'awake', diagnostics: [wasAsleep(found)] }
    : { kind: 'refused', diagnostics: [stillAsleep(left)] };
}

const names = (tables: readonly NftTable[]): string =>
  tables.map((table) => `table ${nameOf(table)}`).join(' and ');

const verb = (tables: readonly NftTable[], one: string, more: string): string =>
  tables.length === 1 ? one : more;

/** Of a table that sleeps now; nothing for none. */
export const warnOfDormant = (tables: readonly NftTable[]): readonly Diagnostic[] =>
  tables.length === 0
    ? []
    : [
        {
          code: 'NATC5086',
          severity: 'warning',
          message: `${names(tables)} ${verb(tables, 'is', 'are')} asleep (flags dormant): none of the rules in ${verb(tables, 'it', 'them')} is in force`,
          places: [],
          hint: 'natc apply wakes what it finds asleep; find out who does that',
        },
      ];

const wasAsleep = (tables: readonly NftTable[]): Diagnostic => ({
  code: 'NATC5086',
  severity: 'warning',
  message: `${names(tables)} ${verb(tables, 'was', 'were')} asleep (flags dormant), so that none of the rules in ${verb(tables, 'it', 'them')} was in force; woken`,
  places: [],
  hint: 'find out who does that: other programs must leave these tables alone',
});

const stillAsleep = (tables: readonly NftTable[]): Diagnostic => ({
  code: 'NATC5086',
  severity: 'error',
  message: `${names(tables)} ${verb(tables, 'is', 'are')} asleep (flags dormant), and cannot be woken`,
  places: [],
  hint: 'look which nft it is that natc runs (command -v nft), and who puts the table to sleep',
});
