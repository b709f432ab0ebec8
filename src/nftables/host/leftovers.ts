import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Leftovers, SearchedHost } from '../../host/change/leftovers.ts';
import { warnOfRetired } from '../../host/change/leftovers.ts';
import { describeRun, type Host } from '../../host/machine/host.ts';
import { chainReader, type ReadChains, tableIsListed } from '../../host/machine/kernel-chains.ts';
import { forgetFilesOf, hasFilesOf } from '../../host/state/state-files.ts';
import { tableName } from '../names.ts';
import { cleanUp } from './cleanup.ts';
import { nftFamilies } from './kernel-tables.ts';
import { nftablesFiles } from './state-files.ts';

/** Whether natc's tables are in the kernel, as far as nft can tell. */
type NftablesPresence =
  | { readonly kind: 'absent' }
  /** At least one is there; nft crashes on it perhaps. */
  | { readonly kind: 'present' }
  /** There is no nft to ask. */
  | { readonly kind: 'no-nft' }
  /** nft is there and does not answer. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Looks for natc's two tables among all, and asks for them by name, without their elements, where nft has
 * listed nothing.
 *
 * @param chains those of all tables
 */
export async function nftablesPresence(
  host: Host,
  chains: ReadChains = chainReader(host),
): Promise<NftablesPresence> {
  const all = await chains();
  if (all.kind === 'listed' && all.tables.length > 0)
    return nftFamilies.some((family) => tableIsListed(all, family, tableName) === true)
      ? { kind: 'present' }
      : { kind: 'absent' };
  if (all.kind === 'unlisted' && all.result.kind === 'not-started') return { kind: 'no-nft' };
  let unknown: NftablesPresence | undefined;
  for (const family of nftFamilies) {
    const result = await host.run('nft', ['-t', 'list', 'table', family, tableName]);
    if (result.kind === 'not-started') return { kind: 'no-nft' };
    if (result.kind === 'exited') {
      if (result.exitCode === 0 && result.stdout.includes(`table ${family} ${tableName} {`))
        return { kind: 'present' };
      // A kernel without nf_tables has no tables.
      if (result.exitCode !== 0 && /No such file or directory|not supported/.test(result.stderr))
        continue;
    }
    unknown ??= { kind: 'unknown', reason: describeRun(result) };
  }
  return unknown ?? { kind: 'absent' };
}

/** Whether the state directory knows of natc's tables. */
const isRemembered = (stateDirectory: string): Promise<boolean> =>
  hasFilesOf(stateDirectory, nftablesFiles);

async function areThere({ host, stateDirectory, chains }: SearchedHost): Promise<boolean> {
  const { kind } = await nftablesPresence(host, chains);
  return kind === 'present' || isRemembered(stateDirectory);
}

/** natc's tables, where it works through something else. */
export const nftablesLeftovers: Leftovers = {
  backend: 'nftables',
  isRemembered,
  isInUse: async ({ host, chains }) => {
    const { kind } = await nftablesPresence(host, chains);
    return kind === 'present' || kind === 'unknown';
  },
  areThere,
  mayBeThere: areThere,
  // Tables that may be there count, because natc worked through nftables before.
  find: async ({ host, stateDirectory, chains }) => {
    const presence = await nftablesPresence(host, chains);
    if (presence.kind === 'present') return { places: ['nftables'], warnings: [] };
    if (presence.kind === 'absent' || !(await isRemembered(stateDirectory)))
      return { places: [], warnings: [] };
    return { places: [`nftables (perhaps: ${reasonOf(presence)})`], warnings: [] };
  },
  retire: async ({ host, stateDirectory, chains }) => {
    const presence = await nftablesPresence(host, chains);
    const isKnown = await isRemembered(stateDirectory);
    if (presence.kind === 'absent') {
      if (isKnown) await forgetFilesOf(stateDirectory, nftablesFiles);
      return [];
    }
    if (presence.kind !== 'present') return isKnown ? [mayStand(reasonOf(presence))] : [];
    const outcome = await cleanUp(host);
    if (outcome.kind === 'refused') return outcome.diagnostics;
    await forgetFilesOf(stateDirectory, nftablesFiles);
    return warnOfRetired(outcome.tables.map((table) => `table ${table}`));
  },
};

const reasonOf = (presence: NftablesPresence): string =>
  presence.kind === 'unknown' ? presence.reason : 'there is no nft';

const mayStand = (reason: string): Diagnostic => ({
  code: 'NATC5091',
  severity: 'warning',
  message: `natc worked through nftables before, and whether its tables are still there cannot be told: ${reason}`,
  places: [],
  hint: 'when nft can be run again: natc cleanup --backend nftables',
});
