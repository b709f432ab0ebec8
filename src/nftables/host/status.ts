import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Waiting } from '../../hold-back/waiting.ts';
import { iptablesVariantsWithRules, stand } from '../../host/change/other-backend.ts';
import {
  type ForeignForward,
  foreignForward,
  warningsOfForward,
} from '../../host/machine/foreign-forward.ts';
import type { Host } from '../../host/machine/host.ts';
import { chainReader } from '../../host/machine/kernel-chains.ts';
import { otherProxies, servedAddresses } from '../../host/machine/other-proxies.ts';
import { checkSysctls } from '../../host/machine/sysctl.ts';
import type { Revision } from '../../host/state/revision.ts';
import { loadWaiting } from '../../host/state/served-store.ts';
import { unsafeStateDirectory } from '../../host/state/state-directory.ts';
import { type Sysctls, sysctlsOf, warningsOfSysctls } from '../../host/state/sysctl-status.ts';
import { type IpFamily, ipFamilies, type NftFamily } from '../../net/family.ts';
import type { BackendName } from '../../options.ts';
import type { CanonicalRuleset, CanonicalTable } from '../canonical/canonical.ts';
import { serviceNames } from '../canonical/service-names.ts';
import { canonicalOf } from '../canonical/written.ts';
import { deltaBetween } from '../delta.ts';
import { renderScript } from '../script.ts';
import { ownTables, wake, warnOfDormant } from './dormant.ts';
import { readStamps } from './kernel-tables.ts';
import { loadSettled } from './last-apply.ts';
import { tableGuardsLoopback } from './loopback-guard.ts';
import { heldRuleset } from './observed.ts';
import { listRevisions } from './revision-store.ts';

/** What natc has on this host. */
export interface Status {
  readonly backend: StatusBackend;
  /** Undefined: the tables carry no stamp. */
  readonly revision: Revision | undefined;
  readonly tables: readonly TableStatus[];
  /** Why natc's tables cannot be read: `table ip natc: killed by SIGSEGV`; undefined: they can. */
  readonly unreadable: string | undefined;
  /** nft commands that would repair what somebody else changed; undefined: not known. */
  readonly drift: readonly string[] | undefined;
  /** Where natc has rules beside these, in words: `iptables (legacy)`. The kernel obeys all. */
  readonly elsewhere: readonly string[];
  /** What natc apply holds back; undefined: nothing. */
  readonly waiting: Waiting | undefined;
  /** Revisions in the state directory, newest first. */
  readonly revisions: readonly Revision[];
  /** What natc did to the sysctls. */
  readonly sysctls: Sysctls;
  /** What base chains of others drop at the forward hook. */
  readonly forward: ForeignForward;
  /** Sysctls that are off, other proxies, why drift is not known. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What natc works through. */
export interface StatusBackend {
  readonly name: BackendName;
  /** What natc has in the kernel through it, in words: `tables`. */
  readonly rules: string;
  /** What holds the rules of each family: `table ip natc`, `ip6tables (legacy)`. */
  readonly places: Readonly<Record<NftFamily, string>>;
}

export interface TableStatus {
  readonly family: NftFamily;
  readonly services: number;
  /** Distinct address, port and protocol of all endpoints. */
  readonly endpoints: number;
}

/**
 * Lists all that natc has in the kernel and compares it with what natc put there.
 *
 * @returns diagnostics alone where nft cannot be used
 */
export async function statusOf(
  host: Host,
  stateDirectory: string,
): Promise<Status | { readonly refusals: readonly Diagnostic[] }> {
  const unsafe = await unsafeStateDirectory(stateDirectory);
  if (unsafe !== undefined) return { refusals: [unsafe] };
  const stamps = await readStamps(host);
  if ('refusals' in stamps) return stamps;
  const held = await heldRuleset(host, stateDirectory, stamps, undefined);
  const { revision, stored, unreadable } = held;
  const ruleset = held.ruleset === undefined ? undefined : canonicalOf(held.ruleset);
  const dormant = ownTables(held.dormant);
  const isKnown = ruleset !== undefined && stored !== undefined;
  const drift = isKnown
    ? [
        ...dormant.map((table) => wake(table).trimEnd()),
        ...repair(ruleset, canonicalOf(stored.ruleset)),
      ]
    : undefined;
  const hasTables = ruleset === undefined || ruleset.tables.length > 0;
  const settled = await loadSettled(stateDirectory);
  const guarded = ruleset?.tables.some(
    (table) => tableGuardsLoopback(table) && !held.dormant.includes(table.family),
  );
  const sysctls = await sysctlsOf(host, stateDirectory, hasTables, guarded);
  const chains = chainReader(host);
  const variants = await iptablesVariantsWithRules(host, chains);
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
    elsewhere: variants.map((variant) => `iptables (${variant})`),
    waiting: await loadWaiting(stateDirectory),
    revisions: await listRevisions(stateDirectory),
    forward,
    sysctls,
    diagnostics: [
      ...(hasTables && !isKnown ? [unknownDrift(unreadable, stateDirectory)] : []),
      ...warnOfDormant(dormant),
      ...(variants.length > 0 && hasTables ? [stand(variants)] : []),
      ...(hasTables
        ? await otherProxies(host, () => servedAddresses(ruleset ?? { tables: [] }), true, chains)
        : []),
      ...(hasTables ? await checkSysctls(host, settled?.sysctls ?? []) : []),
      ...warningsOfSysctls(sysctls),
      ...warningsOfForward(forward),
    ],
  };
}

function repair(held: CanonicalRuleset, wanted: CanonicalRuleset): readonly string[] {
  const { operations, cleanup } = deltaBetween(held, wanted);
  return [...operations, ...cleanup].map((operation) => renderScript([operation]).trimEnd());
}

/** The families whose packets natc forwards; all of them where its tables cannot be read. */
const servedIn = (
  tables: readonly TableStatus[],
  ruleset: CanonicalRuleset | undefined,
): readonly IpFamily[] => (ruleset === undefined ? ipFamilies : familiesServed(tables));

/** Those of the tables that have Services. */
export const familiesServed = (tables: readonly TableStatus[]): readonly IpFamily[] =>
  tables
    .filter(({ services }) => services > 0)
    .map(({ family }) => (family === 'ip' ? 'IPv4' : 'IPv6'));

const tableStatus = (table: CanonicalTable): TableStatus => ({
  family: table.family,
  services: serviceNames({ tables: [table] }).size,
  endpoints: endpointCount(table),
});

const endpointMap = /endpoints-(tcp|udp|sctp)$/;

function endpointCount({ collections }: CanonicalTable): number {
  const endpoints = new Set<string>();
  for (const [name, { elements }] of collections) {
    const protocol = endpointMap.exec(name)?.[1];
    if (protocol !== undefined)
      for (const rest of elements.values())
        endpoints.add(protocol + rest.slice(rest.lastIndexOf(' : ')));
  }
  return endpoints.size;
}

/** @param unreadable why natc's tables cannot be read; undefined: it is the state directory that cannot */
export const unknownDrift = (unreadable: string | undefined, directory: string): Diagnostic => ({
  code: 'NATC5033',
  severity: 'warning',
  message:
    unreadable === undefined
      ? `${directory} does not say what natc put into its tables, so changes by others cannot be told`
      : `natc's tables cannot be read, so changes by others cannot be told: ${unreadable}`,
  places: [],
  hint:
    unreadable === undefined
      ? 'natc apply --verify reads the tables, repairs them and stores what they should hold'
      : 'natc apply --verify replaces tables that cannot be read',
});
