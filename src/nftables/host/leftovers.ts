import { describeRun, type Host } from '../../host/machine/host.ts';
import { chainReader, type ReadChains, tableIsListed } from '../../host/machine/kernel-chains.ts';
import { tableName } from '../names.ts';
import { nftFamilies } from './kernel-tables.ts';

/** Whether natc's tables are in the kernel, as far as nft can tell. */
export type NftablesPresence =
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
