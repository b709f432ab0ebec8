import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Host, succeeded } from '../../host/machine/host.ts';
import {
  iptablesFailure,
  listIptables,
  restoreIptables,
  runIptables,
  saveCommand,
} from '../../host/machine/iptables-tools.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import type { TableName } from '../ast.ts';
import { type ListedTable, parseIptablesSave } from '../parse/iptables-save.ts';
import { renderTableChecks } from '../render/iptables-tables.ts';
import { type IptablesStamps, parseStampRule, stampChain } from '../stamp.ts';
import { allTables, type IptablesTableRef, kernelRules } from '../tables.ts';

/** What natc has in the tables of both families, stamps included: listed in the kernel. */
export type ListedRules = Readonly<Record<IpFamily, Readonly<Record<TableName, ListedTable>>>>;

/**
 * Lists the tables of both families.
 *
 * @param needed of another family the programs may be missing: then it has no rules
 */
export async function listRules(
  host: Host,
  needed: ReadonlySet<IpFamily>,
): Promise<ListedRules | Diagnostic> {
  const listings = new Map<IpFamily, Readonly<Record<TableName, ListedTable>>>();
  for (const family of ipFamilies) {
    const result = await listIptables(host, family);
    const isMissing = result.kind === 'not-started' && !needed.has(family);
    const failure = isMissing ? undefined : iptablesFailure(result, family, '');
    if (failure !== undefined) return failure;
    const listing = result.kind === 'exited' ? result.stdout : '';
    if (!isWhole(listing)) return notListed(`${saveCommand[family]} printed half a listing`);
    listings.set(family, parseIptablesSave(listing));
  }
  const empty = parseIptablesSave('');
  return kernelRules(({ family, table }) => (listings.get(family) ?? empty)[table]);
}

/** Each table that a listing begins, it ends. */
const isWhole = (listing: string): boolean =>
  (listing.match(/^\*/gm) ?? []).length === (listing.match(/^COMMIT$/gm) ?? []).length;

/** What iptables-save left out, for messages. */
export const notListed = (reason: string): Diagnostic => ({
  code: 'NATC5120',
  severity: 'error',
  message: reason,
  places: [],
  hint: 'look which iptables-save it is that natc runs: command -v iptables-save',
});

export const isListed = (read: ListedRules | Diagnostic): read is ListedRules => 'IPv4' in read;

export const stampsIn = (rules: ListedRules): IptablesStamps =>
  kernelRules(({ family, table }) => rules[family][table].stamp);

/**
 * Whether the stamps are these, and natc's jumps in place, found out without listing anything: somebody
 * who flushes a table takes the stamp along, and a built-in chain the jumps.
 */
export async function areInPlace(host: Host, stamps: IptablesStamps): Promise<boolean> {
  for (const family of ipFamilies) {
    const text = renderTableChecks(stamps[family]);
    if (text !== '' && !succeeded(await restoreIptables(host, family, text))) return false;
  }
  return true;
}

/**
 * Asks for the stamps of all tables, or of some, listing nothing else; one that cannot be told, or was not
 * asked for, is undefined.
 */
export async function readIptablesStamps(
  host: Host,
  of: readonly IptablesTableRef[] = allTables,
): Promise<IptablesStamps> {
  const listings = await Promise.all(
    of.map(async ({ family, table }) => {
      const result = await runIptables(host, family, ['-t', table, '-S', stampChain]);
      return [`${family} ${table}`, result.kind === 'exited' ? result.stdout : ''] as const;
    }),
  );
  const found = new Map(listings);
  return kernelRules(({ family, table }) => parseStampRule(found.get(`${family} ${table}`) ?? ''));
}

/** Whether there is anything of natc in a table. */
export const hasOwnRules = ({ chains, jumps, hasStampChain }: ListedTable): boolean =>
  chains.size > 0 || jumps.length > 0 || hasStampChain;
