import { frontendsOf, serviceOf } from '../explain/frontends.ts';
import type { NftFamily, Ruleset } from '../ruleset/ast.ts';
import { assumedNodeAddress } from './address-classes.ts';
import type { Change, TrafficDiff } from './change.ts';
import { changeOrigin } from './change-origin.ts';
import { compareFamily } from './compare-family.ts';
import { deriveChanges } from './derive-changes.ts';
import { type FamilyPair, pairFamily } from './family-pair.ts';
import { riskJudge } from './risks.ts';

const families: readonly NftFamily[] = ['ip', 'ip6'];

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
export function diffTraffic(
  before: Ruleset,
  after: Ruleset,
  nodeAddresses: ReadonlySet<string>,
): TrafficDiff {
  const known = new Set([...nodeAddresses].filter((address) => !/^127\.|^::1$/.test(address)));
  const assumed = new Set(known);
  const changes: Change[] = [];
  for (const family of families) {
    const bare = pairFamily(family, before, after, known);
    if (bare.before.table === undefined && bare.after.table === undefined) continue;
    const address = assumedNodeAddress(bare);
    if (address !== undefined) assumed.add(address);
    const pair: FamilyPair =
      address === undefined ? bare : { ...bare, nodeAddresses: new Set([address]) };
    const originOf = changeOrigin(pair);
    changes.push(...deriveChanges(compareFamily(pair), { originOf, risksOf: riskJudge(pair) }));
  }
  const services = { before: servicesOf(before), after: servicesOf(after) };
  return { changes, services, nodeAddresses: assumed };
}

const servicesOf = ({ tables }: Ruleset): ReadonlySet<string> =>
  new Set(tables.flatMap(frontendsOf).map(({ servicePort }) => serviceOf(servicePort)));
