import type { SourceObject } from '../diagnostics/source.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { type Blame, blameFor } from './blame/blame.ts';
import { manifestsOf } from './blame/manifests.ts';
import type { TrafficDiff } from './change.ts';
import { factsOfCluster, type SideFacts } from './risks/facts.ts';

/** What is known beside two rulesets. */
export interface Surroundings {
  /**
   * Networks that are called this node's pods instead of by their addresses: what is told of many nodes must
   * not name the network of one.
   */
  readonly ownPodNetworks?: ReadonlySet<string>;
  /** What differs between the manifests of both sides; without it, a change has the place that makes it so. */
  readonly blame?: Blame;
  /** `shop/web` of every Service that the manifests have, served or not; without it, what the rulesets serve. */
  readonly services?: TrafficDiff['services'];
  /** Of which Services a report draws where their traffic goes; absent: of none. */
  readonly drawn?: 'changed' | 'all';
  /** What makes changes dangerous; of a side that is not known, what its ruleset tells. */
  readonly facts?: {
    readonly before: SideFacts | undefined;
    readonly after: SideFacts | undefined;
  };
}

/** What one side was made of. */
export interface KnownSide {
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** The objects as somebody wrote them, where natc filled in what a control plane would. */
  readonly written?: readonly SourceObject[];
}

/**
 * What two sides that were made of manifests tell beside their rulesets.
 *
 * @param before, after undefined for a ruleset of which nobody knows what it was made of
 * @returns for a node by its name
 */
export function surroundingsOf(
  before: KnownSide | undefined,
  after: KnownSide | undefined,
): (nodeName: string | undefined) => Surroundings {
  const factsOf = (side: KnownSide | undefined): SideFacts | undefined =>
    side && factsOfCluster(side.cluster, side.settings);
  const facts = { before: factsOf(before), after: factsOf(after) };
  if (before === undefined || after === undefined) return () => ({ facts });
  const manifests = {
    before: manifestsOf(before.cluster, before.written),
    after: manifestsOf(after.cluster, after.written),
  };
  const services = {
    before: new Set(manifests.before.services.keys()),
    after: new Set(manifests.after.services.keys()),
  };
  const blame = blameFor(manifests.before, manifests.after);
  return (nodeName) => ({ blame: blame(nodeName), services, facts });
}
