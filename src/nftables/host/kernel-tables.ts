import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import {
  describeRun,
  type Host,
  listedWhole,
  type RunResult,
  succeeded,
} from '../../host/machine/host.ts';
import { isAbsent, nftFailure } from '../../host/machine/nft-error.ts';
import type { NftFamily } from '../../net/family.ts';
import { type CanonicalTable, canonicalTable } from '../canonical/canonical.ts';
import { tableName } from '../names.ts';
import { isDormantListing, withoutDormancy } from '../parse/dormant.ts';
import { parseNft } from '../parse/parse-nft.ts';
import type { Stamp } from './stamp.ts';
import { readStamp, revisionSet, withoutStamp } from './stamp.ts';

export const nftFamilies: readonly NftFamily[] = ['ip', 'ip6'];

/** What the kernel says of one family's table. */
export type KernelTable =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      readonly table: CanonicalTable;
      /** It has `flags dormant`: none of its rules is in force. */
      readonly isDormant: boolean;
    }
  /** It is there, but nft crashed on it, or it holds what natc never writes. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The stamps of both tables; a table without one, or that is absent, has undefined. */
export interface Stamps {
  readonly ip: Stamp | undefined;
  readonly ip6: Stamp | undefined;
  /** How nft failed to list one that may be there. */
  readonly unread?: string;
}

/** Whether nft listed a set. */
export const isSetListing = (result: RunResult): boolean =>
  listedWhole(result, /^\s*set revision \{/m);

/** Reads the stamps. @returns diagnostics where nft cannot be used at all. */
export async function readStamps(
  host: Host,
): Promise<Stamps | { readonly refusals: readonly Diagnostic[] }> {
  const found = { ip: undefined as Stamp | undefined, ip6: undefined as Stamp | undefined };
  let unread: string | undefined;
  for (const family of nftFamilies) {
    const { result, stamp } = await readStamp(host, family, tableName);
    if (result.kind === 'exited' && result.exitCode === 0 && !isSetListing(result))
      return { refusals: [notListed] };
    if (isUnusable(result)) return { refusals: nftFailure(result) };
    found[family] = stamp;
    if (!succeeded(result) && !isAbsent(result))
      unread = `nft list set ${family} ${tableName} ${revisionSet}: ${describeRun(result)}`;
  }
  return unread === undefined ? found : { ...found, unread };
}

const notListed: Diagnostic = {
  code: 'NATC5105',
  severity: 'error',
  message: 'nft reported success for listing a set, but listed none',
  places: [],
  hint: 'look which nft it is that natc runs: command -v nft',
};

const isUnusable = (result: RunResult): boolean =>
  result.kind === 'not-started' ||
  (result.kind === 'signalled' && result.limit !== undefined) ||
  (result.kind === 'exited' &&
    result.exitCode !== 0 &&
    result.stderr.includes('Operation not permitted'));

/** Lists one table with all its elements: slow for many Services (about 11 s at 200,000 elements). */
export async function listKernelTable(host: Host, family: NftFamily): Promise<KernelTable> {
  const result = await host.run('nft', ['list', 'table', family, tableName]);
  if (isAbsent(result)) return { kind: 'absent' };
  if (result.kind !== 'exited' || result.exitCode !== 0)
    return { kind: 'unreadable', reason: describeRun(result) };
  const name = `nft list table ${family} ${tableName}`;
  const { ruleset, diagnostics } = parseNft({
    name,
    text: withoutDormancy(withoutStamp(result.stdout)),
  });
  const table = ruleset?.tables[0];
  if (table === undefined)
    return { kind: 'unreadable', reason: diagnostics[0]?.message ?? 'no table in the listing' };
  return {
    kind: 'present',
    table: canonicalTable(table),
    isDormant: isDormantListing(result.stdout),
  };
}
