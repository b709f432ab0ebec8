import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Host, succeeded } from '../../host/machine/host.ts';
import {
  type IptablesTools,
  type IptablesVariant,
  plainCommand,
  variantCommand,
} from '../../host/machine/iptables-tools.ts';
import {
  chainIsListed,
  type KernelChains,
  type ReadChains,
} from '../../host/machine/kernel-chains.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import type { TableName } from '../ast.ts';
import { chains } from '../names.ts';
import { tableNames } from '../tables.ts';

/** A short chain that natc always has in a table. */
const probes: Readonly<Record<TableName, string>> = {
  mangle: chains.output,
  filter: chains.input,
  nat: chains.postrouting,
};

/**
 * Whether a variant of iptables holds chains of natc, found out without listing tables.
 *
 * @param chains those of all tables of nf_tables
 * @param tables those to look into
 */
export async function iptablesRulesIn(
  host: Host,
  variant: IptablesVariant,
  chains: ReadChains,
  tables: readonly TableName[] = tableNames,
): Promise<boolean> {
  const has = variant === 'legacy' ? hasLegacyChain : nftChainIn(await chains());
  const found = await Promise.all(
    ipFamilies.flatMap((family) => tables.map((table) => has(host, family, table))),
  );
  return found.includes(true);
}

/** Asking iptables-legacy where nobody uses it would load its modules. */
async function hasLegacyChain(host: Host, family: IpFamily, table: TableName): Promise<boolean> {
  const names = await host.readFile(`/proc/net/${nftNames[family]}_tables_names`);
  if (names?.split('\n').includes(table) !== true) return false;
  const command = variantCommand(plainCommand[family], 'legacy');
  return succeeded(await host.run(command, ['-t', table, '-S', probes[table]]));
}

type HasChain = (host: Host, family: IpFamily, table: TableName) => Promise<boolean>;

/** Without iptables there may still be its rules, which are ordinary chains of nftables. */
const nftChainIn =
  (chains: KernelChains): HasChain =>
  async (host, family, table) =>
    chainIsListed(chains, nftNames[family], table, probes[table]) ??
    hasNftChain(host, family, table);

async function hasNftChain(host: Host, family: IpFamily, table: TableName): Promise<boolean> {
  const probe = probes[table];
  const result = await host.run('nft', ['list', 'chain', nftNames[family], table, probe]);
  if (result.kind === 'exited' && succeeded(result))
    return result.stdout.includes(`chain ${probe} {`);
  if (result.kind === 'exited' && result.stderr.includes('No such file or directory')) return false;
  const command = variantCommand(plainCommand[family], 'nf_tables');
  return succeeded(await host.run(command, ['-t', table, '-S', probe]));
}

const nftNames: Readonly<Record<IpFamily, string>> = { IPv4: 'ip', IPv6: 'ip6' };

/** Says that the variant that `iptables` is not holds rules of natc. */
export async function warnOfOtherVariant(
  host: Host,
  { variant }: IptablesTools,
  chains: ReadChains,
): Promise<readonly Diagnostic[]> {
  const other = variant === 'legacy' ? 'nf_tables' : 'legacy';
  if (!(await iptablesRulesIn(host, other, chains))) return [];
  return [
    {
      code: 'NATC5053',
      severity: 'warning',
      message: `iptables (${other}) holds rules of natc too, and the kernel obeys both`,
      places: [],
      hint: 'remove all of them with natc cleanup, then apply again',
    },
  ];
}
