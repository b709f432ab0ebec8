import { type Leftovers, mayBeElsewhere } from '../../host/change/leftovers.ts';
import type { Unchanged } from '../../host/change/unchanged.ts';
import type { Host } from '../../host/machine/host.ts';
import { findIptables, isTools } from '../../host/machine/iptables-tools.ts';
import { chainReader, type ReadChains } from '../../host/machine/kernel-chains.ts';
import { otherProxies } from '../../host/machine/other-proxies.ts';
import { setSysctlsFor } from '../../host/state/set-sysctls.ts';
import { loadUnconfirmed } from '../../host/state/unconfirmed.ts';
import { dormantIptables } from './dormant.ts';
import { areInPlace } from './kernel-tables.ts';
import { loadLastApply } from './last-apply.ts';
import { iptablesRulesIn } from './leftovers.ts';
import { hasTables } from './revision-store.ts';

/**
 * Whether an input is the one that iptables holds the rules of, found out without parsing it, as
 * {@link unchangedInput} does for nftables: same bytes, options and natc, stamps and jumps in place, and
 * nothing of natc elsewhere.
 *
 * @returns undefined when it has to be compiled to know
 */
export async function unchangedTables(
  host: Host,
  stateDirectory: string,
  fingerprint: string,
  setsSysctls: boolean,
  others: readonly Leftovers[],
  chains: ReadChains = chainReader(host),
): Promise<Unchanged | undefined> {
  const last = await loadLastApply(stateDirectory);
  if (last?.input !== fingerprint) return undefined;
  if ((await loadUnconfirmed(stateDirectory))?.digest === last.digest) return undefined;
  if (!(await hasTables(stateDirectory, last.digest))) return undefined;
  const tools = await findIptables(host);
  if (!isTools(tools) || !(await areInPlace(host, last.stamps))) return undefined;
  // A full apply wakes them.
  if ((await dormantIptables(host, tools, last.stamps)).length > 0) return undefined;
  const other = tools.variant === 'legacy' ? 'nf_tables' : 'legacy';
  if (await iptablesRulesIn(host, other, chains)) return undefined;
  if (await mayBeElsewhere(others, { host, stateDirectory, chains })) return undefined;
  // Whether another proxy serves the same addresses is for the compiled rules to say.
  if ((await otherProxies(host, () => new Set(), false, chains)).length > 0) return undefined;
  const needed = setsSysctls ? last.sysctls : [];
  const diagnostics = await setSysctlsFor(host, stateDirectory, needed, 0);
  return { diagnostics, served: last.served, warnings: last.warnings };
}
