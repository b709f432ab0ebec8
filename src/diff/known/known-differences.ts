/** Where natc and kube-proxy are meant to differ: natc's own decisions (docs/rules.md), told of each change. */
import { collections } from '../../nftables/names.ts';
import { isLoopback } from '../../packet/packet.ts';
import { answerOf } from '../answer.ts';
import type { Aspect, ChangeType } from '../aspects.ts';
import { behaviourOf, sameBehaviour } from '../behaviour.ts';
import type { ClientResult } from '../compared-destination.ts';
import { type Destination, destinationKey, portKey } from '../destination.ts';
import { membershipOf } from '../destination-index.ts';
import type { FamilyPair } from '../family-pair.ts';
import { areHairpins, sameBesideHairpins } from './hairpins.ts';
import { lostToNobody, treatAlike } from './lost-branches.ts';
import { natcFacts } from './natc-facts.ts';
import type { NatcSide } from './natc-side.ts';
import type { ComparedSides } from './sides.ts';
import { askAsClusterIP } from './twofold.ts';

/** Rules of docs/compatibility.md by which natc does another thing than kube-proxy: together all of a difference. */
export interface KnownDifference {
  /** `ND3`; `P6, K1` where it takes both */
  readonly id: string;
  readonly text: string;
}

export type FindKnown = (
  aspect: Pick<Aspect, 'type'>,
  destination: Destination,
  result: ClientResult,
) => KnownDifference | undefined;

const texts = {
  ND1: 'natc serves node ports at every address of the node that --nodeport-addresses covers; kube-proxy listed fewer when it wrote these rules',
  ND2: 'natc serves node ports on the IPv4 loopback in the kernel (--localhost-nodeports), and guards it by the interface that packets come in through',
  ND3: 'who masquerades an endpoint that reaches itself: natc where it is on this node or on an unknown one',
  ND4: 'natc leaves the cluster IPs of Services of other proxies alone',
  ND6: 'natc does what the nftables mode does: it checks source ranges before endpoints, and node ports without endpoints only where they listen',
  I9: 'natc refuses what processes of this node send to an external address without endpoints, as the nftables mode does; the iptables mode lets it out',
  I11: 'the iptables mode accepts packets that arrive with its mark before it looks at the destination; natc has no accept rules',
  P6: 'an address that is both the cluster IP and an external address of a Service: natc takes it for external, as the nftables mode does, the iptables mode for the cluster IP',
  K1: 'natc refuses the ports of a cluster IP that no Service has, as the nftables mode does',
  K2: 'natc drops what is for an address of --service-cidr that no Service has, as the nftables mode does',
} as const;

export type KnownId = keyof typeof texts;

/** Decisions that make a difference between them; undefined unless they make all of it. */
type Decisions = readonly KnownId[] | undefined;

/**
 * A decision explains a difference only where all of the difference is what the decision makes: the packet gets
 * from kube-proxy what natc would give it without the decision. A fault of kube-proxy's beside it has no name.
 *
 * @param kubeProxy which side a kube-proxy wrote, where the other is natc's
 * @param mode the mode of that kube-proxy
 * @param of what natc's ruleset was made from and for, as far as that is known
 */
export function knownDifferences(
  pair: FamilyPair,
  kubeProxy: 'before' | 'after',
  mode: 'nftables' | 'iptables',
  of: NatcSide = {},
): FindKnown {
  const natc = kubeProxy === 'before' ? 'after' : 'before';
  const facts = natcFacts(pair[natc].table, of);
  const sides: ComparedSides = {
    ...{ pair, kubeProxy, natc, mode, facts },
    askAsClusterIP: askAsClusterIP(pair[natc], of),
  };
  return ({ type }, destination, result) => {
    const ids = findDecisions(type, sides, destination, result);
    return ids && { id: ids.join(', '), text: ids.map((id) => texts[id]).join('; ') };
  };
}

function findDecisions(
  type: ChangeType,
  ...asked: readonly [ComparedSides, Destination, ClientResult]
): Decisions {
  switch (type) {
    case 'SNAT_BEGINS':
    case 'SNAT_ENDS':
      return sourceDifference(...asked);
    case 'MARK_CHANGED':
      return markDifference(...asked);
    case 'MARKED_PACKETS_CHANGED':
      return markDifference(...asked) ?? wayDifference(...asked);
    // No decision is about who is remembered, or for how long.
    case 'AFFINITY_BEGINS':
    case 'AFFINITY_ENDS':
    case 'AFFINITY_TIMEOUT_CHANGED':
    case 'AFFINITY_FORGOTTEN':
      return undefined;
    default:
      return wayDifference(...asked);
  }
}

/** Packets for endpoints on this node keep the mark that stands for masquerading: nothing else differs. */
function markDifference(
  sides: ComparedSides,
  destination: Destination,
  result: ClientResult,
): Decisions {
  const alone = takenForClusterIP(sides, destination, result);
  if (alone === undefined) return undefined;
  if (sameBehaviour(alone.before, alone.after)) return ['P6'];
  return areHairpins(sides, alone) && sameBesideHairpins(alone) ? ['P6', 'ND3'] : undefined;
}

/** Both send the packet the same way, and one rewrites its source. */
function sourceDifference(
  sides: ComparedSides,
  destination: Destination,
  result: ClientResult,
): Decisions {
  if (areHairpins(sides, result)) return ['ND3'];
  const alone = takenForClusterIP(sides, destination, result);
  if (alone !== undefined) {
    if (treatAlike(sides, alone, 'source')) return ['P6'];
    if (areHairpins(sides, alone)) return ['P6', 'ND3'];
    // Where natc would send nothing anywhere, there is no source to compare.
    const others = alone[sides.natc].branches.some(({ verdict }) => verdict === 'accept')
      ? undefined
      : lostToNobody(sides, destination, alone);
    if (others !== undefined) return ['P6', ...others];
  }
  return loopbackDifference(sides, destination, result);
}

/** P6: the same, if natc took the address for the cluster IP. */
function takenForClusterIP(
  { mode, natc, askAsClusterIP }: ComparedSides,
  destination: Destination,
  result: ClientResult,
): ClientResult | undefined {
  const behaviour = mode === 'iptables' ? askAsClusterIP(destination, result) : undefined;
  return behaviour && { ...result, [natc]: behaviour };
}

/** They do not send it the same way. */
function wayDifference(
  sides: ComparedSides,
  destination: Destination,
  result: ClientResult,
): Decisions {
  return (
    nodePortDifference(sides, destination, result) ??
    lostToNobody(sides, destination, result) ??
    (sides.mode === 'iptables' ? iptablesDifference(sides, destination, result) : undefined) ??
    loopbackDifference(sides, destination, result)
  );
}

/** ND1: where kube-proxy does not listen, it does with the packet what it does with all others. */
function nodePortDifference(
  { pair, kubeProxy, natc, facts, mode }: ComparedSides,
  { kind, address, protocol, port }: Destination,
  result: ClientResult,
): Decisions {
  if (kind !== 'node port' || isLoopback(address)) return undefined;
  const listensAt = (side: 'before' | 'after', at: string): boolean =>
    membershipOf(pair[side].index, at).sets.has(collections.nodePortAddresses);
  const listens = (side: 'before' | 'after') => listensAt(side, address);
  if (listens(kubeProxy) || !listens(natc)) return undefined;
  // Where it listens at none of the node's addresses, what leads there may be lost.
  const isKnown = pair.nodeAddresses.has(address);
  if (isKnown && ![...pair.nodeAddresses].some((each) => listensAt(kubeProxy, each)))
    return undefined;
  const was = answerOf(result[kubeProxy]).kind;
  if (was === 'passed') return ['ND1'];
  // Without endpoints the iptables mode stops it at any address of the node (N11).
  return mode === 'iptables' && was === facts.refusedPort(portKey({ protocol, port }))
    ? ['ND1']
    : undefined;
}

/** ND2: the nftables mode serves no node port on the loopback, and leaves route_localnet alone. */
function loopbackDifference(
  { pair, kubeProxy, natc, mode }: ComparedSides,
  { kind, address }: Destination,
  result: ClientResult,
): Decisions {
  if (!pair[natc].routeLocalnet || pair.family !== 'ip') return undefined;
  const { packet, nodeAddresses } = result;
  const [was, is] = [answerOf(result[kubeProxy]), answerOf(result[natc])];
  if (isLoopback(address) && result.client.kind !== 'node' && result.client.kind !== 'loopback')
    // The guard of the loopback, which the iptables mode has behind DNAT.
    return is.kind === 'dropped' && (was.kind === 'passed' || mode === 'iptables')
      ? ['ND2']
      : undefined;
  if (mode === 'iptables')
    // Its guard stops what this node sends there from another address of its own.
    return isLoopback(address) &&
      !isLoopback(packet.source) &&
      was.kind === 'dropped' &&
      is.kind === 'passed'
      ? ['ND2']
      : undefined;
  if (isLoopback(address))
    return kind === 'node port' && was.kind === 'passed' ? ['ND2'] : undefined;
  if (!isLoopback(packet.source)) return undefined;
  const alone = { ...pair[natc], routeLocalnet: pair[kubeProxy].routeLocalnet };
  return sameBehaviour(behaviourOf(alone, packet, nodeAddresses), result[kubeProxy])
    ? ['ND2']
    : undefined;
}

/** What the iptables mode does otherwise than the nftables mode. */
function iptablesDifference(
  sides: ComparedSides,
  destination: Destination,
  result: ClientResult,
): Decisions {
  const { pair, kubeProxy, natc, facts } = sides;
  const { kind, address, isLocal } = destination;
  const [was, is] = [answerOf(result[kubeProxy]).kind, answerOf(result[natc]).kind];
  const isStopped = is === 'refused' || is === 'dropped';
  const isMadeHere = result.client.kind === 'node' || result.client.kind === 'loopback';
  const key = destinationKey(address, destination);
  if (was === 'passed' && isStopped && !isMadeHere && !isLocal && isStoppedUnmarked(sides, result))
    return facts.isProtected(key) ? undefined : ['I11'];
  const alone = takenForClusterIP(sides, destination, result);
  if (alone !== undefined) {
    if (treatAlike(sides, alone, 'way')) return ['P6'];
    const others = lostToNobody(sides, destination, alone);
    if (others !== undefined) return ['P6', ...others];
  }
  const lack = facts.refused(key);
  const isExternal = kind === 'external IP' || kind === 'load-balancer IP';
  if (isExternal && isMadeHere && was === 'passed' && is === 'refused' && lack === 'refused')
    return ['I9'];
  if (is === 'dropped' && facts.isProtected(key)) {
    // Without endpoints there is no firewall: what is made here gets out (I9), the rest is refused.
    if (lack === 'refused' && was === (isMadeHere ? 'passed' : 'refused')) return ['ND6'];
    // Its rule as an external IP stands before that of the load balancer, and that of a node port behind it: neither
    // knows ranges.
    const isPort = isLocal && pair[natc].index.byPort.has(portKey(destination));
    return was === 'served' && (isPort || isListedExternal(pair[kubeProxy], key))
      ? ['ND6']
      : undefined;
  }
  return undefined;
}

/** Whether kube-proxy does without a mark what natc does with it. */
const isStoppedUnmarked = (
  { pair, kubeProxy, natc }: ComparedSides,
  result: ClientResult,
): boolean => {
  const { packet, nodeAddresses } = result;
  const unmarked = { ...packet, mark: 0 };
  return (
    packet.mark !== 0 &&
    sameBehaviour(behaviourOf(pair[kubeProxy], unmarked, nodeAddresses), result[natc])
  );
};

/** Whether kube-proxy serves an address as an external IP before anything else. */
const isListedExternal = ({ table }: FamilyPair['before'], key: string): boolean =>
  (table?.collections ?? []).some(
    (collection) =>
      collection.kind === 'verdict-map' &&
      collection.name === collections.services &&
      collection.elements.some(
        (element) => element.frontend === 'external-ip' && element.key.join(' ') === key,
      ),
  );
