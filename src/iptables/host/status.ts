import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { foreignForward, warningsOfForward } from '../../host/machine/foreign-forward.ts';
import type { Host } from '../../host/machine/host.ts';
import { findIptables, isTools } from '../../host/machine/iptables-tools.ts';
import { chainReader, type ReadChains } from '../../host/machine/kernel-chains.ts';
import { otherProxies } from '../../host/machine/other-proxies.ts';
import { checkSysctls } from '../../host/machine/sysctl.ts';
import { hasBackendState } from '../../host/state/backend-state.ts';
import { loadWaiting } from '../../host/state/served-store.ts';
import { unsafeStateDirectory } from '../../host/state/state-directory.ts';
import { sysctlsOf, warningsOfSysctls } from '../../host/state/sysctl-status.ts';
import { ipFamilies } from '../../net/family.ts';
import { wake, warnOfDormant } from '../../nftables/host/dormant.ts';
import { nftablesPresence } from '../../nftables/host/leftovers.ts';
import { mangleGuardsLoopback } from '../../nftables/host/loopback-guard.ts';
import {
  familiesServed,
  type Status,
  type TableStatus,
  unknownDrift,
} from '../../nftables/host/status.ts';
import { iptablesDelta } from '../delta.ts';
import { renderRepair } from '../render/iptables-repair.ts';
import { endpointsIn, servedAddressesIn, servicesIn, tableNames } from '../tables.ts';
import { dormantIptables } from './dormant.ts';
import { readIptablesStamps } from './kernel-tables.ts';
import { loadSettledTables } from './last-apply.ts';
import { iptablesRulesIn } from './leftovers.ts';
import { carryAll, heldTables, isHeld } from './observed.ts';
import { listTables, loadTables } from './revision-store.ts';

/**
 * The same for iptables: lists the tables and compares natc's chains with what natc put there.
 *
 * @returns diagnostics alone where iptables cannot be used
 */
export async function statusOfIptables(
  host: Host,
  stateDirectory: string,
): Promise<Status | { readonly refusals: readonly Diagnostic[] }> {
  const tools = await findIptables(host);
  if (!isTools(tools)) return { refusals: [tools] };
  const unsafe = await unsafeStateDirectory(stateDirectory);
  if (unsafe !== undefined) return { refusals: [unsafe] };
  const stamps = await readIptablesStamps(host);
  const held = await heldTables(host, stateDirectory, stamps, new Set(), true);
  if (!isHeld(held)) return { refusals: [held] };
  const { revision, rules } = held;
  const settled = await loadSettledTables(stateDirectory);
  // Where a stamp is gone, those that are left make up no revision.
  const stored =
    held.stored ??
    (settled === undefined ? undefined : await loadTables(stateDirectory, settled.digest));
  const has = ipFamilies.filter((family) =>
    tableNames.some((table) => rules[family][table].chains.size > 0),
  );
  const dormant = await dormantIptables(host, tools, stamps);
  const other = tools.variant === 'legacy' ? 'nf_tables' : 'legacy';
  const chains = chainReader(host);
  const elsewhere = [
    ...(await inNftables(host, stateDirectory, chains)),
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
  const sysctls = await sysctlsOf(host, stateDirectory, isHere, guarded);
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
      ...(isHere ? await otherProxies(host, () => servedAddressesIn(rules), true, chains) : []),
      ...(isHere ? await checkSysctls(host, settled?.sysctls ?? []) : []),
      ...warningsOfSysctls(sysctls),
      ...warningsOfForward(forward),
    ],
  };
}

/** Tables of natc in nftables that may be there, because it worked through nftables before, count. */
async function inNftables(
  host: Host,
  stateDirectory: string,
  chains: ReadChains,
): Promise<readonly string[]> {
  const presence = await nftablesPresence(host, chains);
  if (presence.kind === 'present') return ['nftables'];
  if (presence.kind === 'absent') return [];
  if (!(await hasBackendState(stateDirectory, 'nftables'))) return [];
  const reason = presence.kind === 'unknown' ? presence.reason : 'there is no nft';
  return [`nftables (perhaps: ${reason})`];
}
