import { parseAddress } from '../../src/net/address.ts';
import { cidrContains, parseCidr } from '../../src/net/cidr.ts';
import type { ClientGroup } from '../../src/reach/clients.ts';
import type { Packet } from '../oracle/world.ts';
import { canonical } from '../support/kernel-packets.ts';
import type { CompiledWorld } from '../support/worlds-compile.ts';

/** Written anew, after the manual: what pods are, by the node's options and Node objects. */
export function isMember(
  group: ClientGroup,
  packet: Packet,
  { settings, cluster }: CompiledWorld,
): boolean {
  const from = canonical(packet.from);
  const address = parseAddress(from);
  const isOwn = packet.iif === undefined;
  if (address === undefined) throw new Error(from);
  const networks = [
    ...settings.clusterCIDRs,
    ...settings.podCIDRs,
    ...cluster.nodes.flatMap(({ podCIDRs }) => podCIDRs.flatMap((text) => parseCidr(text) ?? [])),
  ].filter(({ family }) => family === address.family);
  const { detectLocalMode, podBridgeInterface, podInterfaceNamePrefix } = settings;
  const usesInterface =
    detectLocalMode === 'BridgeInterface' || detectLocalMode === 'InterfaceNamePrefix';
  const isBehind =
    detectLocalMode === 'BridgeInterface'
      ? packet.iif === podBridgeInterface
      : detectLocalMode === 'InterfaceNamePrefix' &&
        packet.iif?.startsWith(podInterfaceNamePrefix) === true;
  const isPod = isBehind || networks.some((cidr) => cidrContains(cidr, address));
  switch (group.kind) {
    case 'anyone':
      return true;
    case 'node':
      return isOwn;
    case 'outside':
      return !isOwn && !isPod;
    case 'pods':
      return !isOwn && (isPod || (networks.length === 0 && !usesInterface));
    case 'network': {
      const cidr = parseCidr(group.network);
      return cidr === undefined ? from === group.network : cidrContains(cidr, address);
    }
  }
}
