import { rulesetFrontends } from '../explain/frontends.ts';
import type { IptablesRuleset } from '../iptables/ast.ts';
import type { NftFamily } from '../net/family.ts';
import type { Ruleset } from '../nftables/ast.ts';
import { isLoopback } from '../packet/packet.ts';
import { assumedNodeAddress } from './address-classes.ts';
import { askIptables } from './ask-iptables.ts';
import type { Change, ClaimRisk, TrafficDiff } from './change.ts';
import { changeReason } from './change-origin.ts';
import { takeovers } from './claims.ts';
import { compareFamily } from './compare-family.ts';
import { deriveChanges, mergeMarked } from './derive-changes.ts';
import { type FamilyPair, type PairSide, pairFamily } from './family-pair.ts';
import type { FindKnown } from './known/known-differences.ts';
import { factsOfRuleset } from './risks/facts.ts';
import { riskJudge } from './risks/judge.ts';
import type { Surroundings } from './surroundings.ts';
import { waysOf } from './ways.ts';

export const trafficFamilies: readonly NftFamily[] = ['ip', 'ip6'];

/**
 * Compares what two rulesets do to packets: to the first packet of every possible connection of TCP,
 * UDP, SCTP and ICMP, arriving or made on this node, and to the clients that session affinity
 * remembers. The rules tell finitely many kinds of packets apart; one of each kind that might differ is
 * sent through both. An empty list of changes is therefore a proof that no packet differs.
 *
 * @param nodeAddresses this node's addresses as far as they are known. Other addresses are tried as the
 * node's own too, save those of Services; where none is known, one is taken for granted.
 * @throws for rulesets of another shape than natc's
 */
export const diffTraffic = (
  before: Ruleset,
  after: Ruleset,
  nodeAddresses: ReadonlySet<string>,
  surroundings: Surroundings = {},
): TrafficDiff => diffPairs({ before, after, nodeAddresses, surroundings }, (pair) => pair);

/** A plan laid out for both backends. */
export interface BothBackends {
  readonly nftables: Ruleset;
  /** At most one of each family */
  readonly iptables: readonly IptablesRuleset[];
}

/**
 * Compares what the iptables rules of two plans do to packets, as {@link diffTraffic} does. Which kinds
 * of packets there are, and where the sides cannot differ, is read off the nftables rulesets of the same
 * plans; each packet is then asked of the iptables rules. That nothing is overlooked so rests on both
 * backends doing the same, which {@link diffBackends} finds out.
 */
export const diffIptablesTraffic = (
  before: BothBackends,
  after: BothBackends,
  nodeAddresses: ReadonlySet<string>,
  surroundings: Surroundings = {},
): TrafficDiff =>
  diffPairs(
    { before: before.nftables, after: after.nftables, nodeAddresses, surroundings },
    (pair) => ({
      ...pair,
      before: onIptables(pair, pair.before, before.iptables),
      after: onIptables(pair, pair.after, after.iptables),
    }),
  );

/**
 * What changes for packets when a plan's nftables rules are replaced by its iptables rules: nothing,
 * unless natc is wrong. Every kind of packet is sent, to every destination. Of session affinity only
 * who is remembered and for how long is compared: maps and lists of clients have different names.
 */
export const diffBackends = (
  { nftables, iptables }: BothBackends,
  nodeAddresses: ReadonlySet<string>,
): TrafficDiff =>
  diffPairs({ before: nftables, after: nftables, nodeAddresses, surroundings: {} }, (pair) => ({
    ...pair,
    isEveryDestinationTried: true,
    before: withoutClientNames(pair.before),
    after: withoutClientNames(onIptables(pair, pair.after, iptables)),
  }));

/** A side of a pair that asks the iptables rules instead. */
export const onIptables = (
  { ipFamily }: FamilyPair,
  side: PairSide,
  rulesets: readonly IptablesRuleset[],
): PairSide => ({
  ...side,
  branchesOf: askIptables(rulesets.find(({ family }) => family === ipFamily)),
});

/** Lists and maps of clients have other names in other rules: only who is remembered, and for how long. */
export const withoutClientNames = (side: PairSide): PairSide => ({
  ...side,
  branchesOf: (packet, host) =>
    side
      .branchesOf(packet, host)
      .map((branch) =>
        branch.affinity === undefined
          ? branch
          : { ...branch, affinity: { ...branch.affinity, clients: '', whose: '' } },
      ),
});

/** What is compared, and what is known beside it. */
export interface Sides {
  readonly before: Ruleset;
  readonly after: Ruleset;
  readonly nodeAddresses: ReadonlySet<string>;
  readonly surroundings: Surroundings;
}

/**
 * Compares the sides of each family.
 *
 * @param adapt what is to be other than it is read off the rulesets
 * @param knownOf why differences are meant to be, where one side is not natc's
 */
export function diffPairs(
  { before, after, nodeAddresses, surroundings }: Sides,
  adapt: (pair: FamilyPair) => FamilyPair,
  knownOf?: (pair: FamilyPair) => FindKnown,
): TrafficDiff {
  const { ownPodNetworks = new Set(), blame } = surroundings;
  const facts = {
    before: surroundings.facts?.before ?? factsOfRuleset(before),
    after: surroundings.facts?.after ?? factsOfRuleset(after),
  };
  const known = new Set([...nodeAddresses].filter((address) => !isLoopback(address)));
  const assumed = new Set(known);
  const changes: Change[] = [];
  const claims: ClaimRisk[] = [];
  const pairs: FamilyPair[] = [];
  for (const family of trafficFamilies) {
    const bare = adapt({ ...pairFamily(family, before, after, known), ownPodNetworks });
    if (bare.before.table === undefined && bare.after.table === undefined) continue;
    const address = assumedNodeAddress(bare);
    if (address !== undefined) assumed.add(address);
    const pair: FamilyPair =
      address === undefined
        ? bare
        : { ...bare, nodeAddresses: new Set([address]), isNodeKnown: false };
    pairs.push(pair);
    const reasonOf = changeReason(pair, blame);
    const compared = compareFamily(pair);
    const risksOf = riskJudge(pair, facts);
    const findKnown = knownOf?.(pair);
    changes.push(
      ...deriveChanges(compared, { reasonOf, risksOf, ...(findKnown && { knownOf: findKnown }) }),
    );
    claims.push(...takeovers(pair, compared, blame));
  }
  const { services = { before: servicesOf(before), after: servicesOf(after) } } = surroundings;
  const { drawn } = surroundings;
  const changed = new Set(changes.map(({ service }) => service));
  const isDrawn = (service: string): boolean => drawn === 'all' || changed.has(service);
  return {
    changes: mergeMarked(changes),
    claims: distinct(claims),
    notCompared: [],
    remarks: [],
    services,
    nodeAddresses: assumed,
    ...(drawn !== undefined && { ways: waysOf(pairs, isDrawn, services) }),
  };
}

/** A node port is tried at several addresses. */
const distinct = (claims: readonly ClaimRisk[]): readonly ClaimRisk[] => [
  ...new Map(claims.map((claim) => [claim.text, claim])).values(),
];

const servicesOf = ({ tables }: Ruleset): ReadonlySet<string> =>
  new Set(tables.flatMap(rulesetFrontends).map(({ servicePort }) => servicePort.service));
