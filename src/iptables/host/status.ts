import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Leftovers } from '../../host/change/leftovers.ts';
import { findLeftovers, isAnyRemembered } from '../../host/change/leftovers.ts';
import type { Status, TableStatus } from '../../host/change/status.ts';
import { familiesServed, unknownDrift } from '../../host/change/status.ts';
import { wake, warnOfDormant } from '../../host/machine/dormant.ts';
import { foreignForward, warningsOfForward } from '../../host/machine/foreign-forward.ts';
import type { Host } from '../../host/machine/host.ts';
import { findIptables, isTools } from '../../host/machine/iptables-tools.ts';
import { chainReader } from '../../host/machine/kernel-chains.ts';
import { otherProxies } from '../../host/machine/other-proxies.ts';
import { checkSysctls } from '../../host/machine/sysctl.ts';
import { loadWaiting } from '../../host/state/served-store.ts';
import { unsafeStateDirectory } from '../../host/state/state-directory.ts';
import { sysctlsOf, warningsOfSysctls } from '../../host/state/sysctl-status.ts';
import { ipFamilies } from '../../net/family.ts';
import { iptablesDelta } from '../delta.ts';
import { renderRepair } from '../render/iptables-repair.ts';
import { endpointsIn, servedAddressesIn, servicesIn, tableNames } from '../tables.ts';
import { besides } from './apply.ts';
import { dormantIptables } from './dormant.ts';
import { readIptablesStamps } from './kernel-tables.ts';
import { loadLastApply } from './last-apply.ts';
import { iptablesLeftovers, iptablesRulesIn } from './leftovers.ts';
import { mangleGuardsLoopback } from './loopback-guard.ts';
import { carryAll, isObserved, observeTables } from './observed.ts';
import { listTables, loadTables } from './revision-store.ts';

/**
 * The same for iptables: lists the tables and compares natc's chains with what natc put there.
 *
 * @returns diagnostics alone where iptables cannot be used
 */
export async function statusOfIptables(
  host: Host,
  stateDirectory: string,
  others: readonly Leftovers[],
): Promise<Status | { readonly refusals: readonly Diagnostic[] }> {
  const tools = await findIptables(host);
  if (!isTools(tools)) return { refusals: [tools] };
  const unsafe = await unsafeStateDirectory(stateDirectory);
  if (unsafe !== undefined) return { refusals: [unsafe] };
  const stamps = await readIptablesStamps(host);
  const observed = await observeTables(host, stateDirectory, stamps, new Set(), true);
  if (!isObserved(observed)) return { refusals: [observed] };
  const { revision, rules } = observed;
  const last = await loadLastApply(stateDirectory);
  // Where a stamp is gone, those that are left make up no revision.
  const stored =
    observed.stored ??
    (last === undefined ? undefined : await loadTables(stateDirectory, last.digest));
  const has = ipFamilies.filter((family) =>
    tableNames.some((table) => rules[family][table].chains.size > 0),
  );
  const dormant = await dormantIptables(host, tools, stamps);
  const other = tools.variant === 'legacy' ? 'nf_tables' : 'legacy';
  const chains = chainReader(host);
  const left = await findLeftovers(others, { host, stateDirectory, chains }, besides);
  const elsewhere = [
    ...left.places,
    ...((await iptablesRulesIn(host, other, chains)) ? [`iptables (${other})`] : []),
  ];
  const drift =
    stored === undefined
      ? undefined
      : [
          ...dormant.map((table) => `nft ${wake(table).trimEnd()}`),
          ...renderRepair(iptablesDelta(rules, stored.rules), rules),
          ...(carryAll(stamps, stored.rules) ? [] : ['natc apply  # stamps are missing']),
        ];
  const isHere = has.length > 0;
  const tables = has.map((family): TableStatus => {
    const ours = tableNames.map((table) => rules[family][table]);
    return {
      family: family === 'IPv4' ? 'ip' : 'ip6',
      services: servicesIn(ours).size,
      endpoints: endpointsIn(ours).size,
    };
  });
  const guarded =
    mangleGuardsLoopback(rules.IPv4.mangle) &&
    !dormant.some(({ family, name }) => family === 'ip' && name === 'mangle');
  const wasHere = () => isAnyRemembered([iptablesLeftovers, ...others], stateDirectory);
  const sysctls = await sysctlsOf(host, stateDirectory, isHere, guarded, wasHere);
  const forward = await foreignForward(host, familiesServed(tables), chains);
  return {
    backend: {
      name: 'iptables',
      rules: 'iptables rules',
      places: { ip: `iptables (${tools.variant})`, ip6: `ip6tables (${tools.variant})` },
    },
    revision,
    tables,
    unreadable: undefined,
    drift: isHere || revision !== undefined ? drift : [],
    elsewhere,
    waiting: await loadWaiting(stateDirectory),
    revisions: await listTables(stateDirectory),
    forward,
    sysctls,
    diagnostics: [
      ...(isHere && drift === undefined ? [unknownDrift(undefined, stateDirectory)] : []),
      ...warnOfDormant(dormant),
      ...(isHere ? left.warnings : []),
      ...(isHere ? await otherProxies(host, () => servedAddressesIn(rules), true, chains) : []),
      ...(isHere ? await checkSysctls(host, last?.sysctls ?? []) : []),
      ...warningsOfSysctls(sysctls),
      ...warningsOfForward(forward),
    ],
  };
}
