/** Reads a Plan the way its documentation says: what would happen to a packet. */
import { type Address, parseAddress } from '../../src/net/address.ts';
import { type Cidr, cidrContains } from '../../src/net/cidr.ts';
import type {
  Endpoint,
  FamilyPlan,
  Frontend,
  Plan,
  ServicePortPlan,
  Verdict,
} from '../../src/plan/plan.ts';
import type { Outcome, Packet } from '../oracle/world.ts';

export interface PacketOnNode extends Packet {
  /** Addresses of the node's interfaces; the loopback is implied. */
  readonly localIPs: readonly string[];
}

const loopbackIPv4: Cidr = { family: 'IPv4', address: '127.0.0.0', prefixLength: 8 };
const isLoopback = (address: Address): boolean =>
  address.text === '::1' || cidrContains(loopbackIPv4, address);

const addressOf = (text: string): Address => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
};

export function planOutcome(plan: Plan, packet: PacketOnNode): Outcome {
  const to = addressOf(packet.to);
  const family = plan.families.find((candidate) => candidate.family === to.family);
  return family === undefined ? { kind: 'pass' } : familyOutcome(family, packet, to);
}

function familyOutcome(plan: FamilyPlan, packet: PacketOnNode, to: Address): Outcome {
  const from = addressOf(packet.from);
  const isLocal = (address: Address): boolean =>
    isLoopback(address) || packet.localIPs.some((text) => addressOf(text).text === address.text);
  const guarded = cidrContains(loopbackIPv4, to) && plan.nodePortAddresses.loopback;
  if (cidrContains(loopbackIPv4, to) && !isLocal(from)) return { kind: guarded ? 'drop' : 'pass' };

  const found =
    findFrontend(
      plan,
      packet,
      (frontend) => frontend.kind !== 'node-port' && frontend.address === to.text,
    ) ??
    (isLocal(to) && takesNodePorts(plan, to)
      ? findFrontend(plan, packet, (frontend) => frontend.kind === 'node-port')
      : undefined);
  if (found !== undefined) {
    const { servicePort, frontend } = found;
    if (frontend.kind === 'load-balancer-ip' && servicePort.sourceRanges !== undefined) {
      if (!servicePort.sourceRanges.some((range) => cidrContains(range, from))) {
        return { kind: 'drop' };
      }
    }
    return verdictOutcome(plan, servicePort, frontend.verdict, packet, isLocal(from));
  }
  if (!isLocal(to) || isLocal(from)) {
    if (plan.clusterIPs.includes(to.text)) return { kind: 'reject' };
    const isUnallocated = plan.serviceCIDRs.some((cidr) => cidrContains(cidr, to));
    if (isUnallocated && !plan.otherProxyClusterIPs.includes(to.text)) return { kind: 'drop' };
  }
  return { kind: guarded && !isLoopback(from) ? 'drop' : 'pass' };
}

function findFrontend(
  plan: FamilyPlan,
  packet: Packet,
  isWanted: (frontend: Frontend) => boolean,
): { readonly servicePort: ServicePortPlan; readonly frontend: Frontend } | undefined {
  for (const servicePort of plan.servicePorts) {
    if (servicePort.protocol !== packet.protocol) continue;
    const frontend = servicePort.frontends.find(
      (candidate) => candidate.port === packet.port && isWanted(candidate),
    );
    if (frontend !== undefined) return { servicePort, frontend };
  }
  return undefined;
}

function takesNodePorts({ nodePortAddresses }: FamilyPlan, to: Address): boolean {
  if (isLoopback(to) && !nodePortAddresses.loopback) return false;
  return nodePortAddresses.cidrs.some((cidr) => cidrContains(cidr, to));
}

function verdictOutcome(
  plan: FamilyPlan,
  servicePort: ServicePortPlan,
  verdict: Verdict,
  packet: Packet,
  isFromNode: boolean,
): Outcome {
  const { clusterEndpoints, localEndpoints } = servicePort;
  const isLocalPod = localPod(plan, packet, isFromNode);
  const isMarked =
    plan.clusterIPs.includes(addressOf(packet.to).text) &&
    (plan.masqueradeAll || (plan.localDetector !== undefined && !isLocalPod));
  switch (verdict.kind) {
    case 'reject':
    case 'drop':
      return verdict;
    case 'pick': {
      const endpoints = verdict.from === 'cluster' ? clusterEndpoints : localEndpoints;
      return dnat(endpoints, packet, isMarked || verdict.masquerade === 'always');
    }
    case 'external-local':
      if (isLocalPod) return dnat(clusterEndpoints, packet, isMarked);
      if (isFromNode) return dnat(clusterEndpoints, packet, true);
      if (localEndpoints.length === 0) return { kind: 'drop' };
      return dnat(localEndpoints, packet, isMarked);
  }
}

function localPod({ localDetector }: FamilyPlan, packet: Packet, isFromNode: boolean): boolean {
  switch (localDetector?.kind) {
    case undefined:
      return false;
    case 'source-cidr':
      return cidrContains(localDetector.cidr, addressOf(packet.from));
    case 'interface':
      return !isFromNode && packet.iif === localDetector.name;
    case 'interface-prefix':
      return !isFromNode && packet.iif?.startsWith(localDetector.prefix) === true;
  }
}

function dnat(endpoints: readonly Endpoint[], packet: Packet, isMarked: boolean): Outcome {
  return {
    kind: 'dnat',
    endpoints: endpoints.map(({ address, port, hairpin }) => ({
      endpoint: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
      probability: 1 / endpoints.length,
      masquerade: isMarked || (hairpin && address === addressOf(packet.from).text),
    })),
  };
}
