import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Leftovers } from '../../host/change/leftovers.ts';
import { findLeftovers, isAnyRemembered } from '../../host/change/leftovers.ts';
import type { Status, TableStatus } from '../../host/change/status.ts';
import { familiesServed, unknownDrift } from '../../host/change/status.ts';
import { wake, warnOfDormant } from '../../host/machine/dormant.ts';
import { foreignForward, warningsOfForward } from '../../host/machine/foreign-forward.ts';
import type { Host } from '../../host/machine/host.ts';
import { chainReader } from '../../host/machine/kernel-chains.ts';
import { otherProxies } from '../../host/machine/other-proxies.ts';
import { checkSysctls } from '../../host/machine/sysctl.ts';
import { loadWaiting } from '../../host/state/served-store.ts';
import { unsafeStateDirectory } from '../../host/state/state-directory.ts';
import { sysctlsOf, warningsOfSysctls } from '../../host/state/sysctl-status.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import type { CanonicalRuleset, CanonicalTable } from '../canonical/canonical.ts';
import { elementValue } from '../canonical/read-text.ts';
import { servedAddresses, serviceNames } from '../canonical/service-names.ts';
import { canonicalOf } from '../canonical/written.ts';
import { deltaBetween } from '../delta.ts';
import { endpointMapNames } from '../names.ts';
import { renderScript } from '../script.ts';
import { besides } from './apply.ts';
import { ownTables } from './dormant.ts';
import { readStamps } from './kernel-tables.ts';
import { loadLastApply } from './last-apply.ts';
import { nftablesLeftovers } from './leftovers.ts';
import { tableGuardsLoopback } from './loopback-guard.ts';
import { observeRuleset } from './observed.ts';
import { listRevisions } from './revision-store.ts';

/**
 * Lists all that natc has in the kernel and compares it with what natc put there.
 *
 * @returns diagnostics alone where nft cannot be used
 */
export async function statusOf(
  host: Host,
  stateDirectory: string,
  others: readonly Leftovers[],
): Promise<Status | { readonly refusals: readonly Diagnostic[] }> {
  const unsafe = await unsafeStateDirectory(stateDirectory);
  if (unsafe !== undefined) return { refusals: [unsafe] };
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return stamps;
  const observed = await observeRuleset(host, stateDirectory, stamps, undefined);
  const { revision, stored, unreadable } = observed;
  const ruleset = observed.ruleset === undefined ? undefined : canonicalOf(observed.ruleset);
  const dormant = ownTables(observed.dormant);
  const isKnown = ruleset !== undefined && stored !== undefined;
  const drift = isKnown
    ? [
        ...dormant.map((table) => wake(table).trimEnd()),
        ...repair(ruleset, canonicalOf(stored.ruleset)),
      ]
    : undefined;
  const hasTables = ruleset === undefined || ruleset.tables.length > 0;
  const last = await loadLastApply(stateDirectory);
  const guarded = ruleset?.tables.some(
    (table) => tableGuardsLoopback(table) && !observed.dormant.includes(table.family),
  );
  const wasHere = () => isAnyRemembered([nftablesLeftovers, ...others], stateDirectory);
  const sysctls = await sysctlsOf(host, stateDirectory, hasTables, guarded, wasHere);
  const chains = chainReader(host);
  const elsewhere = await findLeftovers(others, { host, stateDirectory, chains }, besides);
  const tables = ruleset?.tables.map(tableStatus) ?? [];
  const forward = await foreignForward(host, hasTables ? servedIn(tables, ruleset) : [], chains);
  return {
    backend: {
      name: 'nftables',
      rules: 'tables',
      places: { ip: 'table ip natc', ip6: 'table ip6 natc' },
    },
    revision,
    tables,
    unreadable,
    drift: hasTables ? drift : [],
    elsewhere: elsewhere.places,
    waiting: await loadWaiting(stateDirectory),
    revisions: await listRevisions(stateDirectory),
    forward,
    sysctls,
    diagnostics: [
      ...(hasTables && !isKnown ? [unknownDrift(unreadable, stateDirectory)] : []),
      ...warnOfDormant(dormant),
      ...(hasTables ? elsewhere.warnings : []),
      ...(hasTables
        ? await otherProxies(host, () => servedAddresses(ruleset ?? { tables: [] }), true, chains)
        : []),
      ...(hasTables ? await checkSysctls(host, last?.sysctls ?? []) : []),
      ...warningsOfSysctls(sysctls),
      ...warningsOfForward(forward),
    ],
  };
}

function repair(observed: CanonicalRuleset, desired: CanonicalRuleset): readonly string[] {
  const { operations, cleanup } = deltaBetween(observed, desired);
  return [...operations, ...cleanup].map((operation) => renderScript([operation]).trimEnd());
}

/** The families whose packets natc forwards; all of them where its tables cannot be read. */
const servedIn = (
  tables: readonly TableStatus[],
  ruleset: CanonicalRuleset | undefined,
): readonly IpFamily[] => (ruleset === undefined ? ipFamilies : familiesServed(tables));

const tableStatus = (table: CanonicalTable): TableStatus => ({
  family: table.family,
  services: serviceNames({ tables: [table] }).size,
  endpoints: endpointCount(table),
});

function endpointCount({ collections }: CanonicalTable): number {
  const endpoints = new Set<string>();
  for (const [name, { elements }] of collections) {
    const protocol = endpointMapNames.get(name);
    if (protocol !== undefined)
      for (const rest of elements.values()) endpoints.add(`${protocol} ${elementValue(rest)}`);
  }
  return endpoints.size;
}
