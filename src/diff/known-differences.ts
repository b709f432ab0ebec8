/** Where natc and kube-proxy are meant to differ: natc's own decisions (docs/rules.md), told of each change. */

import { collections } from '../nftables/names.ts';
import { isLoopback } from '../packet/packet.ts';
import { answerOf } from './answer.ts';
import type { BehaviourBranch } from './behaviour.ts';
import type { ClientResult } from './compare-destination.ts';
import type { Destination } from './destination.ts';
import { type DestinationIndex, membershipOf } from './destination-index.ts';
import type { Facet } from './facets.ts';
import type { FamilyPair } from './family-pair.ts';

/** A rule of docs/compatibility.md by which natc does another thing than kube-proxy. */
export interface KnownDifference {
  /** `ND3`, `K1` */
  readonly id: string;
  readonly text: string;
}

export type FindKnown = (
  facet: Pick<Facet, 'type'>,
  destination: Destination,
  result: ClientResult,
) => KnownDifference | undefined;

const texts = {
  ND1: 'natc serves node ports at every address of the node that --nodeport-addresses covers; kube-proxy listed fewer when it wrote these rules',
  ND2: 'natc serves node ports on the IPv4 loopback in the kernel (--localhost-nodeports)',
  ND3: 'who masquerades an endpoint that reaches itself: natc where it is on this node or on an unknown one',
  ND4: 'natc leaves the cluster IPs of Services of other proxies alone',
  ND6: 'natc does what the nftables mode does: it checks source ranges before endpoints, and node ports without endpoints only where they listen',
  I9: 'natc refuses what processes of this node send to an external address without endpoints, as the nftables mode does; the iptables mode lets it out',
  I11: 'the iptables mode accepts packets that arrive with its mark before it looks at the destination; natc has no accept rules',
  P6: 'an address that is both the cluster IP and an external address of a Service: natc takes it for external, as the nftables mode does, the iptables mode for the cluster IP',
  K1: 'natc refuses the ports of a cluster IP that no Service has, as the nftables mode does',
  K2: 'natc drops what is for an address of --service-cidr that no Service has, as the nftables mode does',
} as const;

const known = (id: keyof typeof texts): KnownDifference => ({ id, text: texts[id] });

/**
 * @param kubeProxy which side a kube-proxy wrote, where the other is natc's
 * @param mode the mode of that kube-proxy
 */
export function knownDifferences(
  pair: FamilyPair,
  kubeProxy: 'before' | 'after',
  mode: 'nftables' | 'iptables',
): FindKnown {
  const natc = kubeProxy === 'before' ? 'after' : 'before';
  const theirs = pair[kubeProxy].index;
  const ours = pair[natc].index;
  return (facet, destination, result) => {
    const [was, is] = [answerOf(result[kubeProxy]), answerOf(result[natc])];
    const { address } = destination;
    if (isLoopback(address) || isLoopback(result.packet.source)) return known('ND2');
    if (mode === 'iptables' && result.packet.mark !== 0 && was.kind === 'passed')
      return known('I11');
    if (mode === 'iptables' && isTwofold(destination, ours)) return known('P6');
    if (facet.type === 'SNAT_BEGINS' || facet.type === 'SNAT_ENDS')
      return result.client.kind === 'self' ? known('ND3') : undefined;
    const leadsTo = [address, ...result[natc].branches.map((branch) => branch.destination)];
    if (
      was.kind === 'dropped' &&
      leadsTo.some((each) => isIn(ours, each, collections.otherProxyClusterIPs))
    )
      return known('ND4');
    if (destination.kind === 'node port' && was.kind !== 'served') {
      const listens = isIn(theirs, address, collections.nodePortAddresses);
      if (!listens && isIn(ours, address, collections.nodePortAddresses)) return known('ND1');
    }
    if (mode === 'nftables') return undefined;
    if (
      was.kind === 'passed' &&
      is.kind === 'refused' &&
      isIn(ours, address, collections.clusterIPs)
    )
      return known('K1');
    if (
      was.kind === 'passed' &&
      is.kind === 'dropped' &&
      isIn(ours, address, collections.serviceCIDRs)
    )
      return known('K2');
    const lost = result[kubeProxy].branches.filter(
      (branch) => branch.isServed && !result[natc].branches.some((each) => isSameWay(branch, each)),
    );
    // The same where the packet gets there by way of an endpoint (E13).
    const places = [collections.clusterIPs, collections.serviceCIDRs] as const;
    const led = places.find(
      (set) => lost.length > 0 && lost.every((branch) => isIn(ours, branch.destination, set)),
    );
    if (led !== undefined) return known(led === collections.clusterIPs ? 'K1' : 'K2');
    if (was.kind === 'refused' && is.kind === 'dropped') return known('ND6');
    if (was.kind === 'passed' && destination.servicePort !== undefined && isMadeHere(result)) {
      if (is.kind === 'refused') return known('I9');
      if (is.kind === 'dropped') return known('ND6');
    }
    // An address that is external too is served there whatever the ranges of the load balancer say.
    if (destination.kind === 'load-balancer IP' && is.kind === 'dropped') return known('ND6');
    const isStopped = was.kind === 'refused' || was.kind === 'dropped';
    const isNodePort =
      destination.kind === 'node port' || (destination.kind === 'address' && destination.isLocal);
    return isNodePort && isStopped && is.kind === 'passed' ? known('ND6') : undefined;
  };
}

const isIn = (index: DestinationIndex, address: string, set: string): boolean =>
  membershipOf(index, address).sets.has(set);

const isMadeHere = ({ client }: ClientResult): boolean =>
  client.kind === 'node' || client.kind === 'loopback';

const isTwofold = ({ kind, address }: Destination, ours: DestinationIndex): boolean =>
  (kind === 'external IP' || kind === 'load-balancer IP') &&
  isIn(ours, address, collections.clusterIPs);

const isSameWay = (a: BehaviourBranch, b: BehaviourBranch): boolean =>
  a.verdict === b.verdict &&
  a.destination === b.destination &&
  a.destinationPort === b.destinationPort;
