import { rulesetFrontends } from '../explain/frontends.ts';
import { listedTwice } from '../kube-proxy/destinations.ts';
import { servedByIptables } from '../kube-proxy/iptables/serves.ts';
import type { KubeProxyListing } from '../kube-proxy/listing.ts';
import type { IpFamily, NftFamily } from '../net/family.ts';
import type { Ruleset } from '../nftables/ast.ts';
import type { NotUnderstood } from '../packet/not-understood.ts';
import type { Plan } from '../plan/plan.ts';
import { askKubeProxy } from './ask-kube-proxy.ts';
import type { TrafficDiff } from './change.ts';
import type { Destination } from './destination.ts';
import type { FamilyPair, PairSide } from './family-pair.ts';
import { knownDifferences } from './known/known-differences.ts';
import type { AnswersOf } from './planned-side.ts';
import type { Surroundings } from './surroundings.ts';
import { diffPairs, withoutClientNames } from './traffic.ts';

/** A side of a comparison of which one at least is what a kube-proxy wrote. */
export interface ListedSide {
  /** Of natc's, or the outline of a listing: where destinations are read off. */
  readonly ruleset: Ruleset;
  /** Makes natc's rules of another backend answer, where those are asked. */
  readonly answer?: ReturnType<AnswersOf>;
  readonly listing?: KubeProxyListing;
  /** What natc's rules were made from, where that is known. */
  readonly plan?: Plan;
  /** The node that natc's rules were made for, where somebody says. */
  readonly nodeName?: string;
}

/** A rule that is not understood, and what was therefore not compared. */
export interface NotComparedRule {
  readonly met: NotUnderstood;
  readonly destinations: readonly Destination[];
}

export interface ListedTrafficDiff {
  readonly diff: TrafficDiff;
  /** Families of which one side says nothing: a listing holds one family only. */
  readonly familiesLeftOut: readonly IpFamily[];
  readonly notUnderstood: readonly NotComparedRule[];
}

/**
 * Compares what a kube-proxy's rules do to packets with what others do, as `diffTraffic` does: every kind of
 * packet to every destination that either side names is sent through both sides' own rules. Of session
 * affinity only who is remembered and for how long is compared. A packet that meets a rule which is not
 * understood is not compared, and told.
 *
 * @param nodeAddresses this node's addresses as far as they are known
 */
export function diffListedTraffic(
  before: ListedSide,
  after: ListedSide,
  nodeAddresses: ReadonlySet<string>,
  surroundings: Pick<Surroundings, 'drawn'> = {},
): ListedTrafficDiff {
  const missed = collectNotUnderstood();
  const missing = (['ip', 'ip6'] as const).filter((family) =>
    [before, after].some(({ listing }) => listing !== undefined && !hasFamily(listing, family)),
  );
  const compared = ({ ruleset: { tables } }: ListedSide): Ruleset => ({
    tables: tables.filter(({ family }) => !missing.includes(family)),
  });
  const diff = diffPairs(
    { before: compared(before), after: compared(after), nodeAddresses, surroundings },
    (pair) => ({
      ...pair,
      isEveryDestinationTried: true,
      onNotUnderstood: missed.add,
      before: asking(pair, pair.before, before),
      after: asking(pair, pair.after, after),
    }),
    (pair) => knownIn(pair, before, after),
  );
  return {
    diff,
    familiesLeftOut: missing
      .filter((family) => [before, after].some(({ ruleset }) => serves(ruleset, family)))
      .map((family) => (family === 'ip' ? 'IPv4' : 'IPv6')),
    notUnderstood: missed.found(),
  };
}

/** Gathers, rule by rule, where packets met what is not understood. */
export function collectNotUnderstood(): {
  readonly add: NonNullable<FamilyPair['onNotUnderstood']>;
  readonly found: () => readonly NotComparedRule[];
} {
  const missed = new Map<string, { met: NotUnderstood; destinations: Map<string, Destination> }>();
  return {
    add: (destination, met) => {
      const key = `${met.line} ${met.text}`;
      const entry = missed.get(key) ?? { met, destinations: new Map() };
      entry.destinations.set(destination.label, destination);
      missed.set(key, entry);
    },
    found: () =>
      [...missed.values()].map(({ met, destinations }) => ({
        met,
        destinations: [...destinations.values()],
      })),
  };
}

function asking(pair: FamilyPair, side: PairSide, { listing, answer }: ListedSide): PairSide {
  if (listing !== undefined) return onListing(pair, side, listing);
  return withoutClientNames(answer?.(pair, side) ?? side);
}

/** A side of a pair that asks the rules of a kube-proxy instead. */
export function onListing(
  { family }: FamilyPair,
  side: PairSide,
  listing: KubeProxyListing,
): PairSide {
  const own = listing.rules.find((each) => each.family === family);
  return withoutClientNames({
    ...side,
    branchesOf: askKubeProxy(listing, family),
    // kube-proxy's iptables mode switches it on where it guards the loopback, its nftables mode never does.
    routeLocalnet: own?.mode === 'iptables' && own.guardsLoopback,
  });
}

/** Between two kube-proxies no difference is a decision of natc's. */
function knownIn(pair: FamilyPair, before: ListedSide, after: ListedSide) {
  const [was, is] = [before, after].map(({ listing }) =>
    listing?.rules.find(({ family }) => family === pair.family),
  );
  if (before.listing !== undefined && after.listing !== undefined) return () => undefined;
  const [side, rules] =
    before.listing === undefined ? (['after', is] as const) : (['before', was] as const);
  const { plan, nodeName } = side === 'before' ? after : before;
  const own = plan?.families.find(({ family }) => family === pair.ipFamily);
  let twice: ReadonlySet<string> | undefined;
  return knownDifferences(pair, side, rules?.mode ?? 'nftables', {
    ...(own && { plan: own }),
    ...(nodeName !== undefined && { nodeName }),
    isListedTwice: (destination) => {
      twice ??= listedTwice(
        rules?.mode === 'iptables' ? servedByIptables(rules.ruleset).destinations : [],
      );
      return twice.has(destination);
    },
  });
}

const hasFamily = ({ rules }: KubeProxyListing, family: NftFamily): boolean =>
  rules.some((each) => each.family === family);

const serves = ({ tables }: Ruleset, family: NftFamily): boolean =>
  tables.some((table) => table.family === family && rulesetFrontends(table).length > 0);
