import { tableName } from '../nftables/names.ts';
import { describeRun, type Host } from './host.ts';
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
 * Asks for natc's two tables by name, without their elements: `nft list tables` takes nft 1.0.6 seconds
 * where other tables have many chains.
 */
export async function nftablesPresence(host: Host): Promise<NftablesPresence> {
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
