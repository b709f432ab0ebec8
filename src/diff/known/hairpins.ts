import { type Behaviour, sameBehaviour, wayOf } from '../behaviour.ts';
import type { ClientResult } from '../compared-destination.ts';
import type { ComparedSides } from './sides.ts';

/**
 * ND3: whether all that differs in the source is that of endpoints which reach themselves. The nftables mode
 * rewrites it for endpoints on this node (older versions for all), the iptables mode for all; natc for those on
 * this node or an unknown one. Where nothing says which node an endpoint is on, as in a kernel, a missing or needless
 * entry of natc's cannot be told from that, and nothing is explained.
 */
export function areHairpins(
  { kubeProxy, natc, mode, facts }: ComparedSides,
  result: ClientResult,
): boolean {
  const theirs = new Map(result[kubeProxy].branches.map((branch) => [wayOf(branch), branch]));
  const differing = result[natc].branches.flatMap((ours) => {
    const other = theirs.get(wayOf(ours));
    return other === undefined || other.masquerade === ours.masquerade ? [] : [ours];
  });
  const { source, protocol } = result.packet;
  return (
    differing.length > 0 &&
    differing.every(({ destination, destinationPort, masquerade, isServed }) => {
      if (!isServed || destination !== source) return false;
      const place = facts.placeOf(destination, { protocol, port: destinationPort });
      // natc leaves alone what is on another node; older nftables modes rewrite all, as the iptables mode does.
      return masquerade ? mode === 'nftables' && place === 'unknown' : place === 'elsewhere';
    })
  );
}

/** Whether nothing differs but what happens to an endpoint that reaches itself. */
export function sameBesideHairpins({ before, after, packet }: ClientResult): boolean {
  const others = ({ branches }: Behaviour): Behaviour => ({
    branches: branches
      .map((branch) =>
        branch.destination === packet.source ? { ...branch, masquerade: false, mark: 0 } : branch,
      )
      .sort((a, b) => (wayOf(a) < wayOf(b) ? -1 : 1)),
  });
  return sameBehaviour(others(before), others(after));
}
