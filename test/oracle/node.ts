/** What the proxy knows of its node: N3, Q5, M10, M12. */
import type { IpFamily } from '../../src/net/family.ts';
import { type Ip, isLoopback, mustParseIp, type Network, parseIp, parseNetwork } from './ip.ts';
import type { NodeManifest } from './manifest.ts';
import type { Packet, World } from './world.ts';

function nodeObject(world: World): NodeManifest | undefined {
  return world.objects
    .filter((object) => object.kind === 'Node')
    .find((node) => node.metadata.name === world.node.hostname);
}

/**
 * N3: at most one address per family, `--node-ip` before the Node object's, whose internal addresses
 * come first.
 */
export function primaryIP(world: World, family: IpFamily): Ip | undefined {
  const addresses = nodeObject(world)?.status?.addresses ?? [];
  const ofType = (type: string): readonly string[] =>
    addresses.filter((address) => address.type === type).map((address) => address.address);
  const texts = [...(world.node.nodeIPs ?? []), ...ofType('InternalIP'), ...ofType('ExternalIP')];
  return texts
    .map(parseIp)
    .filter((ip) => ip !== undefined)
    .find((ip) => ip.family === family);
}

/** Q5 */
export const zoneOf = (world: World): string | undefined =>
  world.node.zone ?? nodeObject(world)?.metadata.labels?.['topology.kubernetes.io/zone'];

/** FIB type local: an address of the node, or the loopback. */
export const isLocalAddress = (world: World, ip: Ip): boolean =>
  isLoopback(ip) || world.node.localIPs.some((text) => mustParseIp(text).text === ip.text);

/** A packet whose source is an address of the node is made on the node (output hook). */
export const isFromNodeProcess = (world: World, packet: Packet): boolean =>
  isLocalAddress(world, mustParseIp(packet.from));

/** Undefined when there is no detector in this family (M10). */
export function localPodDetector(
  world: World,
  family: IpFamily,
): ((packet: Packet) => boolean) | undefined {
  const { node } = world;
  const interfaceOf = (packet: Packet): string | undefined =>
    isFromNodeProcess(world, packet) ? undefined : packet.iif; // M11
  switch (node.detectLocalMode) {
    case 'ClusterCIDR':
      return sourceIn(firstOfFamily(node.clusterCIDRs ?? [], family));
    case 'NodeCIDR':
      return sourceIn(firstOfFamily(node.podCIDRs ?? podCIDRsOfNode(world), family)); // M12
    case 'BridgeInterface':
      return (packet) => interfaceOf(packet) === node.bridgeInterface;
    case 'InterfaceNamePrefix':
      return (packet) => interfaceOf(packet)?.startsWith(node.interfaceNamePrefix ?? '') === true;
  }
}

function podCIDRsOfNode(world: World): readonly string[] {
  const { podCIDRs, podCIDR } = nodeObject(world)?.spec ?? {};
  return podCIDRs ?? (podCIDR === undefined ? [] : [podCIDR]);
}

/** M10: only the first CIDR of a family counts. */
const firstOfFamily = (cidrs: readonly string[], family: IpFamily): Network | undefined =>
  cidrs
    .map(parseNetwork)
    .filter((network) => network !== undefined)
    .find((network) => network.family === family);

function sourceIn(network: Network | undefined): ((packet: Packet) => boolean) | undefined {
  if (network === undefined) return undefined;
  return (packet) => {
    const from = mustParseIp(packet.from);
    return network.first <= from.value && from.value <= network.last;
  };
}
