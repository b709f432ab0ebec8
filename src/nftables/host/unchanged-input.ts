import { type Leftovers, mayBeElsewhere } from '../../host/change/leftovers.ts';
import type { Unchanged } from '../../host/change/unchanged.ts';
import { dormantTables } from '../../host/machine/dormant.ts';
import type { Host } from '../../host/machine/host.ts';
import { chainReader, type ReadChains } from '../../host/machine/kernel-chains.ts';
import { otherProxies } from '../../host/machine/other-proxies.ts';
import { setSysctlsFor } from '../../host/state/set-sysctls.ts';
import { loadUnconfirmed } from '../../host/state/unconfirmed.ts';
import { ownTables } from './dormant.ts';
import { readStamps } from './kernel-tables.ts';
import { loadLastApply } from './last-apply.ts';
import { carry } from './observed.ts';
import { hasRevision } from './revision-store.ts';

/**
 * Whether an input is the one that the kernel holds the ruleset of, found out without parsing it: the
 * last apply that did everything had the same bytes, options and natc, and both stamps are still its.
 * Needs no lock: nothing is changed, and what is read changes atomically.
 *
 * @returns undefined when it has to be compiled to know
 */
export async function unchangedInput(
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
  const stamps = await readStamps(host);
  if ('refusals' in stamps || !carry(stamps, last.families, last.digest)) return undefined;
  if (!(await hasRevision(stateDirectory, last.digest))) return undefined;
  // A full apply wakes it.
  if ((await dormantTables(host, ownTables(last.families))).length > 0) return undefined;
  // Whether another proxy serves the same addresses is for the compiled ruleset to say.
  if ((await otherProxies(host, () => new Set(), false, chains)).length > 0) return undefined;
  // What natc left elsewhere may win over its tables; a full apply removes it.
  if (await mayBeElsewhere(others, { host, stateDirectory, chains })) return undefined;
  // Somebody switched them off: an earlier revision needed them first.
  const needed = setsSysctls ? last.sysctls : [];
  const diagnostics = await setSysctlsFor(host, stateDirectory, needed, 0);
  return { diagnostics, served: last.served, warnings: last.warnings };
}
