import { collections } from '../../nftables/names.ts';
import { isLoopback } from '../../packet/packet.ts';
import { type Behaviour, type BehaviourBranch, wayOf } from '../behaviour.ts';
import type { ClientResult } from '../compared-destination.ts';
import { type Destination, destinationKey, parseDestinationKey, portKey } from '../destination.ts';
import { membershipOf } from '../destination-index.ts';
import type { ComparedSides } from './sides.ts';

/** The decisions by which natc treats some of what it stops, or lets pass, as kube-proxy does not. */
type LostId = 'K1' | 'K2' | 'ND4' | 'ND6';

/** How much of the packets goes a way on one side that it does not go on the other. */
interface Excess {
  readonly branch: BehaviourBranch;
  readonly share: number;
}

/**
 * K1, K2, ND4 and ND6: packets that get, by themselves or by way of an endpoint (E13), to an address of the cluster
 * which no Service of natc's has, or to one of this node with a node port that has no endpoints. Undefined unless
 * those are all of the difference, share by share.
 */
export function lostToNobody(
  sides: ComparedSides,
  destination: Destination,
  result: ClientResult,
): readonly LostId[] | undefined {
  const found = new Set<LostId>();
  /** Shares that natc should stop more than kube-proxy does, less those that it does stop. */
  const owed = { reject: 0, drop: 0 };
  for (const { branch, share } of excess(result[sides.kubeProxy], result[sides.natc])) {
    if (branch.verdict !== 'accept') {
      owed[branch.verdict] += share;
      continue;
    }
    const id = stoppedByNatc(sides, destination, branch, result);
    if (id === undefined) return undefined;
    owed[id === 'K1' ? 'reject' : 'drop'] += share;
    found.add(id);
  }
  for (const { branch, share } of excess(result[sides.natc], result[sides.kubeProxy])) {
    if (branch.verdict !== 'accept') {
      owed[branch.verdict] -= share;
      continue;
    }
    const stop = stoppedByKubeProxy(sides, branch, result);
    if (stop === undefined) return undefined;
    owed[stop.verdict] -= share;
    found.add(stop.id);
  }
  if (isNothing(owed.reject) && isNothing(owed.drop))
    return found.size === 0 ? undefined : [...found];
  // From the loopback no packet gets to an endpoint; natc refuses those for cluster IPs before the kernel drops them.
  const isRefusedFirst = owed.reject < 0 && isNothing(owed.reject + owed.drop);
  return isRefusedFirst && isMartian(sides, result) && leadsToUnused(sides, destination)
    ? ['K1']
    : undefined;
}

const isNothing = (share: number): boolean => Math.abs(share) < 1e-9;

const isIn = (
  { pair }: ComparedSides,
  side: 'before' | 'after',
  address: string,
  set: string,
): boolean => membershipOf(pair[side].index, address).sets.has(set);

const isMartian = ({ pair, kubeProxy, mode }: ComparedSides, { packet }: ClientResult): boolean =>
  mode === 'iptables' && isLoopback(packet.source) && !pair[kubeProxy].routeLocalnet;

/** What the iptables mode lets pass, and natc does not: at an endpoint only where it is one of natc's, too. */
function stoppedByNatc(
  sides: ComparedSides,
  to: Destination,
  { destination, destinationPort, isServed }: BehaviourBranch,
  { packet: { protocol } }: ClientResult,
): 'K1' | 'K2' | undefined {
  const { mode, natc, facts } = sides;
  const key = destinationKey(destination, { protocol, port: destinationPort });
  if (mode === 'nftables' || facts.isServices(key)) return undefined;
  if (isServed && !endpointsOf(sides, to).includes(key)) return undefined;
  if (isIn(sides, natc, destination, collections.clusterIPs)) return 'K1';
  return isIn(sides, natc, destination, collections.serviceCIDRs) ? 'K2' : undefined;
}

/** What kube-proxy stops, and natc lets pass. */
function stoppedByKubeProxy(
  sides: ComparedSides,
  { destination, destinationPort }: BehaviourBranch,
  { packet: { protocol }, nodeAddresses }: ClientResult,
): { readonly verdict: 'reject' | 'drop'; readonly id: LostId } | undefined {
  const { mode, natc, kubeProxy, facts } = sides;
  if (mode === 'nftables')
    return isIn(sides, natc, destination, collections.otherProxyClusterIPs) &&
      isIn(sides, kubeProxy, destination, collections.serviceCIDRs)
      ? { verdict: 'drop', id: 'ND4' }
      : undefined;
  const lack = facts.refusedPort(portKey({ protocol, port: destinationPort }));
  const isOfNode = nodeAddresses.has(destination) || isLoopback(destination);
  if (lack === undefined || !isOfNode || listensAt(sides, destination)) return undefined;
  return { verdict: lack === 'refused' ? 'reject' : 'drop', id: 'ND6' };
}

/** Whether natc serves node ports at an address of the node; at its loopback it may be told not to. */
const listensAt = (sides: ComparedSides, address: string): boolean =>
  isIn(sides, sides.natc, address, collections.nodePortAddresses) &&
  (!isLoopback(address) || sides.pair[sides.natc].routeLocalnet);

/** Whether natc may send packets for it to a port of a cluster IP that no Service has (E13). */
const leadsToUnused = (sides: ComparedSides, destination: Destination): boolean =>
  endpointsOf(sides, destination).some(
    (target) =>
      isIn(sides, sides.natc, parseDestinationKey(target).address, collections.clusterIPs) &&
      !sides.facts.isServices(target),
  );

/** Where natc may send packets for a destination, by `10.1.0.6 tcp 8080`. */
function endpointsOf(
  { pair, natc }: ComparedSides,
  destination: Pick<Destination, 'address' | 'protocol' | 'port'>,
): readonly string[] {
  const { byAddress, byPort } = pair[natc].index;
  return [
    ...(byAddress.get(destinationKey(destination.address, destination))?.targets ?? []),
    ...(byPort.get(portKey(destination))?.targets ?? []),
  ];
}

function excess(of: Behaviour, over: Behaviour): readonly Excess[] {
  const other = new Map<string, number>();
  for (const branch of over.branches)
    other.set(wayOf(branch), (other.get(wayOf(branch)) ?? 0) + branch.probability);
  const own = new Map<string, Excess>();
  for (const branch of of.branches) {
    const share = branch.probability + (own.get(wayOf(branch))?.share ?? 0);
    own.set(wayOf(branch), { branch, share });
  }
  return [...own].flatMap(([way, { branch, share }]) => {
    const more = share - (other.get(way) ?? 0);
    return more > 1e-9 ? [{ branch, share: more }] : [];
  });
}

/** Whether both sides send all shares of the packet the same ways, or rewrite its source alike where they do. */
export function treatAlike(
  { kubeProxy, natc }: ComparedSides,
  { [kubeProxy]: theirs, [natc]: ours }: ClientResult,
  aspect: 'way' | 'source',
): boolean {
  if (aspect === 'way') return excess(theirs, ours).length + excess(ours, theirs).length === 0;
  const sources = new Map(theirs.branches.map((branch) => [wayOf(branch), branch.masquerade]));
  const common = ours.branches.filter((branch) => sources.has(wayOf(branch)));
  return (
    common.some(({ verdict }) => verdict === 'accept') &&
    common.every((branch) => sources.get(wayOf(branch)) === branch.masquerade)
  );
}
