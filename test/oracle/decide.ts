/**
 * The oracle: what a service proxy does to the first packet of a connection, read straight from
 * docs/rules.md, rule by rule and in its order, with no thought for speed. It shares no code with natc.
 */
import type { IpFamily } from '../../src/net/family.ts';
import { type EndpointSets, endpointSets, isOnThisNode } from './endpoint-sets.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';
import { contains, type Ip, isLoopback, mustParseIp, parseNetwork } from './ip.ts';
import { isFromNodeProcess, isLocalAddress, localPodDetector, primaryIP } from './node.ts';
import { isLoopbackOpen, servesNodePorts } from './node-ports.ts';
import { otherProxyClusterIPs, type ServicePort, servicePortsOf } from './service-ports.ts';
import type { Outcome, Packet, World } from './world.ts';

const reject: Outcome = { kind: 'reject' };
const drop: Outcome = { kind: 'drop' };
const pass: Outcome = { kind: 'pass' };

/** Answers many packets about one world. */
export function oracleOf(world: World): (packet: Packet) => Outcome {
  // S6: each family on its own.
  const ports = new Map<IpFamily, readonly ServicePort[]>(
    (world.node.families ?? ['IPv4', 'IPv6']).map((family) => [
      family,
      servicePortsOf(world, family),
    ]),
  );
  return (packet) => {
    const known = ports.get(mustParseIp(packet.to).family);
    return known === undefined ? pass : decideAmong(world, known, packet);
  };
}

export const decide = (world: World, packet: Packet): Outcome => oracleOf(world)(packet);

function decideAmong(world: World, ports: readonly ServicePort[], packet: Packet): Outcome {
  const to = mustParseIp(packet.to);
  const isFromNode = isFromNodeProcess(world, packet);

  // ND2, N10, DESIGN 4: nothing that comes from outside may reach the loopback.
  if (to.family === 'IPv4' && isLoopback(to) && !isFromNode) {
    return isLoopbackOpen(world) ? drop : pass;
  }
  // P10: before DNAT. It is keyed by VIP, protocol and port (P13).
  const guarded = ports.find((port) => isVipTuple(port, packet));
  if (guarded !== undefined && isFirewalled(world, guarded, packet)) return drop;

  const forAddress = addressVerdict(world, ports, packet);
  const forNodePort = nodePortVerdict(world, ports, packet);

  // P12: a service address goes first. What has no endpoints is not served (G2-G4), so it does not
  // stand in the way of a node port; what is served but ends in a drop does (P11).
  if (forAddress?.isServed === true) {
    if (forAddress.outcome.kind === 'dnat') return forAddress.outcome;
  } else if (forNodePort?.isServed === true) {
    if (forNodePort.outcome.kind === 'dnat') return forNodePort.outcome;
  }
  // 9.2: not rewritten. On the output hook service addresses are refused, on the input hook node
  // ports and then service addresses.
  const refusals = isFromNode ? [forAddress, forNodePort] : [forNodePort, forAddress];
  const refusal = refusals.find(
    (verdict) => verdict !== undefined && verdict.outcome.kind !== 'dnat',
  );
  return refusal?.outcome ?? unmatchedVerdict(world, ports, packet);
}

/** What a service port has in store for a packet to one of its tuples. */
interface TupleVerdict {
  readonly outcome: Outcome;
  /** Its NAT rules take the packet: it is in service-ips or service-nodeports (G2-G4). */
  readonly isServed: boolean;
}

/** P6: within a Service the external handling wins. */
function addressVerdict(
  world: World,
  ports: readonly ServicePort[],
  packet: Packet,
): TupleVerdict | undefined {
  const external = ports.find((port) => isExternalTuple(port, packet));
  if (external !== undefined) return externalVerdict(world, ports, external, packet);
  const internal = ports.find((port) => isClusterIPTuple(port, packet));
  return internal === undefined ? undefined : internalVerdict(world, ports, internal, packet);
}

function nodePortVerdict(
  world: World,
  ports: readonly ServicePort[],
  packet: Packet,
): TupleVerdict | undefined {
  if (!servesNodePorts(world, mustParseIp(packet.to))) return undefined;
  const port = ports.find((candidate) => isNodePortTuple(candidate, packet));
  return port === undefined ? undefined : externalVerdict(world, ports, port, packet);
}

const matches = (port: ServicePort, packet: Packet, addresses: readonly Ip[]): boolean =>
  packet.protocol === port.protocol &&
  packet.port === port.port &&
  addresses.some((address) => address.text === mustParseIp(packet.to).text);

const isClusterIPTuple = (port: ServicePort, packet: Packet): boolean =>
  matches(port, packet, [port.clusterIP]);

const isVipTuple = (port: ServicePort, packet: Packet): boolean => matches(port, packet, port.vips);

const isExternalTuple = (port: ServicePort, packet: Packet): boolean =>
  matches(port, packet, [...port.externalIPs, ...port.vips]);

const isNodePortTuple = (port: ServicePort, packet: Packet): boolean =>
  port.nodePort !== 0 && packet.port === port.nodePort && packet.protocol === port.protocol;

/** P10, for a packet to one of the port's VIPs. */
function isFirewalled(world: World, port: ServicePort, packet: Packet): boolean {
  if (port.sourceRanges.length === 0) return false; // R4
  const from = mustParseIp(packet.from);
  if (port.sourceRanges.some((range) => contains(range, from))) return false;
  const primary = primaryIP(world, port.clusterIP.family);
  const nodeIsAllowed =
    primary !== undefined && port.sourceRanges.some((range) => contains(range, primary));
  return !(nodeIsAllowed && port.vips.some((vip) => vip.text === from.text));
}

/** P1 */
function internalVerdict(
  world: World,
  ports: readonly ServicePort[],
  port: ServicePort,
  packet: Packet,
): TupleVerdict {
  const sets = setsOf(world, port);
  const hasInternal = sets.hasAny && (!port.internalLocal || sets.local.length > 0);
  if (!hasInternal) return { isServed: false, outcome: sets.hasAny ? drop : reject };
  const chosen = port.internalLocal ? sets.local : sets.cluster;
  return { isServed: true, outcome: dnat(world, ports, packet, chosen, false) };
}

/** P2, P3: an external IP, a VIP or a node port. */
function externalVerdict(
  world: World,
  ports: readonly ServicePort[],
  port: ServicePort,
  packet: Packet,
): TupleVerdict {
  const sets = setsOf(world, port);
  if (!sets.hasAny) return { isServed: false, outcome: reject };
  const served = (endpoints: readonly Endpoint[], marked: boolean): TupleVerdict => ({
    isServed: true,
    outcome: dnat(world, ports, packet, endpoints, marked),
  });
  if (!port.externalLocal) return served(sets.cluster, true); // P2, M4
  const isLocalPod = localPodDetector(world, port.clusterIP.family);
  if (isLocalPod?.(packet) === true) return served(sets.cluster, false); // P3.1
  if (isLocalAddress(world, mustParseIp(packet.from))) return served(sets.cluster, true); // P3.2, M5
  if (sets.local.length === 0) return { isServed: true, outcome: drop }; // P3.3
  return served(sets.local, false);
}

const setsOf = (world: World, port: ServicePort): EndpointSets =>
  endpointSets(world, port, endpointsOf(world, port));

/** P8: no tuple matched. K3: the two checks do not guard the input hook. */
function unmatchedVerdict(world: World, ports: readonly ServicePort[], packet: Packet): Outcome {
  const to = mustParseIp(packet.to);
  const isInput = isLocalAddress(world, to) && !isFromNodeProcess(world, packet);
  if (!isInput) {
    if (isClusterIP(ports, to)) return reject; // K1
    const isOther = otherProxyClusterIPs(world).some((ip) => ip.text === to.text); // ND4
    if (!isOther && isInServiceCIDR(world, to)) return drop; // K2
  }
  return pass;
}

const isClusterIP = (ports: readonly ServicePort[], ip: Ip): boolean =>
  ports.some((port) => port.clusterIP.text === ip.text);

const isInServiceCIDR = (world: World, ip: Ip): boolean =>
  world.node.serviceCIDRs.some((text) => {
    const cidr = parseNetwork(text);
    return cidr !== undefined && contains(cidr, ip);
  });

/** P5: uniform. M1-M8 say which candidates are masqueraded. */
function dnat(
  world: World,
  ports: readonly ServicePort[],
  packet: Packet,
  endpoints: readonly Endpoint[],
  marked: boolean,
): Outcome {
  const always = marked || isClusterIPMarked(world, ports, packet);
  return {
    kind: 'dnat',
    endpoints: endpoints.map((endpoint) => ({
      endpoint: endpoint.key,
      probability: 1 / endpoints.length,
      masquerade:
        !isDeliveredFromOutside(world, packet, endpoint) &&
        (always || isHairpin(world, packet, endpoint)),
    })),
  };
}

/** 7.1: masquerading is done on postrouting, where a packet that is delivered on this node never is. */
const isDeliveredFromOutside = (world: World, packet: Packet, endpoint: Endpoint): boolean =>
  isLocalAddress(world, endpoint.ip) && !isFromNodeProcess(world, packet);

/** M1, M2, M3; M7: they look at the destination address only. */
function isClusterIPMarked(world: World, ports: readonly ServicePort[], packet: Packet): boolean {
  const to = mustParseIp(packet.to);
  if (!isClusterIP(ports, to)) return false;
  if (world.node.masqueradeAll) return true; // M1
  const isLocalPod = localPodDetector(world, to.family);
  return isLocalPod !== undefined && !isLocalPod(packet); // M2, M3
}

/** M6, ND3 */
function isHairpin(world: World, packet: Packet, endpoint: Endpoint): boolean {
  if (endpoint.ip.text !== mustParseIp(packet.from).text) return false;
  return (
    world.node.hostname === undefined ||
    endpoint.nodeName === undefined ||
    isOnThisNode(world, endpoint)
  );
}
