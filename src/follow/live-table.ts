import type { CanonicalTable } from '../nftables/canonical/canonical.ts';
import { type FragmentDigests, fragmentDigests } from '../nftables/canonical/fragment-digests.ts';
import { servesNodePorts, writeTable } from '../nftables/canonical/write.ts';
import {
  type FragmentRecord,
  sharedMembers,
  tableDigest,
  type WrittenTable,
} from '../nftables/canonical/written.ts';
import { sortedUnique } from '../plan/order.ts';
import type { FamilyPlan } from '../plan/plan.ts';
import type { KnownFamily } from '../recompile/known.ts';

/** One family's table in memory: what all Services make of it, changed Service by Service. */
export interface LiveTable {
  readonly family: FamilyPlan['family'];
  /** Takes what a Service contributes from now on. */
  readonly put: (service: string, part: KnownFamily | undefined) => void;
  /** What the family's Services have in common, without them. */
  readonly plan: () => FamilyPlan;
  /** What the Services share; the same object as long as it is the same. */
  readonly shared: () => CanonicalTable;
  /** Its half of the ruleset's digest. */
  readonly half: () => string;
  /** Those of some elements that several Services may have which others have than these. */
  readonly membersBeside: (
    services: ReadonlySet<string>,
    keys: readonly string[],
  ) => readonly string[];
  /** What it serves, but for some Services. */
  readonly serves: (without?: ReadonlySet<string>) => Serves;
  /** All of it; takes as long as there are Services. */
  readonly whole: () => WrittenTable;
}

export interface Serves {
  readonly services: boolean;
  readonly nodePorts: boolean;
}

/** How many Services have each of something. */
type Counts = Map<string, number>;

const count = (counts: Counts, key: string, by: 1 | -1): boolean => {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
  // Whether it came or went.
  return next === 0 || (next === 1 && by === 1);
};

/** @param settings of the family; its Services are not looked at */
export function makeLiveTable(settings: FamilyPlan): LiveTable {
  const parts = new Map<string, KnownFamily>();
  const digests: FragmentDigests = fragmentDigests([]);
  const used: Counts = new Map();
  const chains: Counts = new Map();
  const chainRules = new Map<string, readonly string[]>();
  const clusterIPs: Counts = new Map();
  const otherProxies: Counts = new Map();
  const members: Counts = new Map();
  let withNodePorts = 0;
  let withFragments = 0;
  let shared: CanonicalTable | undefined;

  function tally(part: KnownFamily, by: 1 | -1): void {
    const { fragment, clusterIP, otherProxyClusterIPs } = part;
    let isOther = false;
    const note = (came: boolean): void => {
      isOther ||= came;
    };
    if (clusterIP !== undefined) note(count(clusterIPs, clusterIP, by));
    for (const address of otherProxyClusterIPs) note(count(otherProxies, address, by));
    if (fragment !== undefined) {
      withFragments += by;
      if (servesNodePorts(fragment)) withNodePorts += by;
      for (const name of fragment.share.used) note(count(used, name, by));
      for (const [name, rules] of Object.entries(fragment.share.chains)) {
        note(count(chains, name, by));
        chainRules.set(name, rules);
      }
      for (const key of membersOf(fragment.record)) count(members, key, by);
    }
    if (isOther) shared = undefined;
  }

  const planNow = (): FamilyPlan => ({
    ...settings,
    servicePorts: [],
    clusterIPs: sortedUnique([...clusterIPs.keys()]),
    otherProxyClusterIPs: sortedUnique(
      [...otherProxies.keys()].filter((address) => !clusterIPs.has(address)),
    ),
  });

  function makeShared(): CanonicalTable {
    const names: Record<string, readonly string[]> = {};
    for (const name of chains.keys()) names[name] = chainRules.get(name) ?? [];
    const share = { used: [...used.keys()], chains: names };
    return writeTable(planNow(), [{ service: '', record: nothing, share }]).shared;
  }
  const sharedNow = (): CanonicalTable => {
    shared ??= makeShared();
    return shared;
  };

  return {
    family: settings.family,
    put: (service, part) => {
      const before = parts.get(service);
      // First what comes: what stays is never gone in between.
      if (part === undefined) parts.delete(service);
      else {
        parts.set(service, part);
        tally(part, 1);
      }
      if (before !== undefined) tally(before, -1);
      digests.set(service, part?.fragment?.record.digest);
    },
    plan: planNow,
    shared: sharedNow,
    half: () => tableDigest(sharedNow(), digests),
    membersBeside: (services, keys) => {
      const own: Counts = new Map();
      for (const service of services) {
        const record = parts.get(service)?.fragment?.record;
        if (record !== undefined) for (const key of membersOf(record)) count(own, key, 1);
      }
      return keys.filter((key) => (members.get(key) ?? 0) > (own.get(key) ?? 0));
    },
    serves: (without = new Set()) => {
      const out = Array.from(without, (service) => parts.get(service)?.fragment).filter(
        (fragment) => fragment !== undefined,
      );
      return {
        services: withFragments > out.length,
        nodePorts: withNodePorts > out.filter(servesNodePorts).length,
      };
    },
    whole: () => ({
      shared: sharedNow(),
      fragments: new Map(
        sortedNames(parts.keys()).flatMap((service) => {
          const record = parts.get(service)?.fragment?.record;
          return record === undefined ? [] : [[service, record] as const];
        }),
      ),
    }),
  };
}

/** Elements that several Services may have: each once for a Service. */
function membersOf(record: FragmentRecord): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { collection, elements } of record.read().groups)
    if (collection === sharedMembers)
      for (let i = 0; i < elements.length; i += 2) keys.add(elements[i] ?? '');
  return keys;
}

const nothing: FragmentRecord = {
  digest: '',
  read: () => ({ groups: [], collections: new Map(), chains: new Map(), owners: [] }),
  hasKey: () => false,
  bytes: () => ({ content: Buffer.alloc(0), owners: Buffer.alloc(0) }),
  shrink: () => {},
};

/** By namespace and name, in the plan's order. */
const sortedNames = (names: Iterable<string>): readonly string[] =>
  Array.from(names, (name) => ({ name, key: name.replace('/', '\0') }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ name }) => name);
