import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Leftovers } from '../../host/change/leftovers.ts';
import { warnOfRetired } from '../../host/change/leftovers.ts';
import { type Host, succeeded } from '../../host/machine/host.ts';
import {
  type IptablesTools,
  type IptablesVariant,
  plainCommand,
  variantCommand,
} from '../../host/machine/iptables-tools.ts';
import {
  chainIsListed,
  chainReader,
  type KernelChains,
  type ReadChains,
} from '../../host/machine/kernel-chains.ts';
import { forgetFilesOf, hasFilesOf } from '../../host/state/state-files.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import type { TableName } from '../ast.ts';
import { chains } from '../names.ts';
import { tableNames } from '../tables.ts';
import { cleanUpIptables } from './cleanup.ts';
import { iptablesFiles } from './state-files.ts';

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

/** The variants of iptables that hold rules of natc. */
async function variantsWithRules(
  host: Host,
  chains: ReadChains,
): Promise<readonly IptablesVariant[]> {
  const variants: readonly IptablesVariant[] = ['nf_tables', 'legacy'];
  const found = await Promise.all(
    variants.map((variant) => iptablesRulesIn(host, variant, chains)),
  );
  return variants.filter((_, index) => found[index]);
}

const isRemembered = (stateDirectory: string): Promise<boolean> =>
  hasFilesOf(stateDirectory, iptablesFiles);

/** natc's chains, where it works through something else; those of iptables win for ever. */
export const iptablesLeftovers: Leftovers = {
  backend: 'iptables',
  isRemembered,
  isInUse: async ({ host, stateDirectory, chains }) =>
    (await variantsWithRules(host, chains)).length > 0 || isRemembered(stateDirectory),
  areThere: async ({ host, chains }) => (await variantsWithRules(host, chains)).length > 0,
  mayBeThere: async ({ host, stateDirectory, chains }) =>
    (await isRemembered(stateDirectory)) ||
    (await iptablesRulesIn(host, 'nf_tables', chains, ['nat'])) ||
    (await iptablesRulesIn(host, 'legacy', chains, ['nat'])),
  find: async ({ host, chains }, beside) => {
    const variants = await variantsWithRules(host, chains);
    return {
      places: variants.map((variant) => `iptables (${variant})`),
      warnings: variants.length > 0 ? [stand(variants, beside)] : [],
    };
  },
  retire: async ({ host, stateDirectory, chains }, beside) => {
    if ((await variantsWithRules(host, chains)).length === 0) {
      if (await isRemembered(stateDirectory)) await forgetFilesOf(stateDirectory, iptablesFiles);
      return [];
    }
    const outcome = await cleanUpIptables(host);
    if (outcome.kind === 'refused') return outcome.diagnostics;
    const left = await variantsWithRules(host, chainReader(host));
    if (left.length > 0) return [...warnOfRetired(outcome.removed), stand(left, beside)];
    await forgetFilesOf(stateDirectory, iptablesFiles);
    return warnOfRetired(outcome.removed);
  },
};

/** Rules of natc in iptables, beside those of another backend. */
const stand = (variants: readonly IptablesVariant[], beside: string): Diagnostic => ({
  code: 'NATC5092',
  severity: 'warning',
  message: `iptables (${variants.join(', ')}) holds rules of natc beside ${beside}, and the kernel obeys both`,
  places: [],
  hint: 'natc cleanup --backend iptables removes them; it needs the programs of that iptables',
});
