/** Reads a Plan the way its documentation says: what would happen to a packet. */
import { type Address, formatAddressPort, parseAddress } from '../../src/net/address.ts';
import { type Cidr, cidrContains } from '../../src/net/cidr.ts';
import type { Endpoint, FamilyPlan, Frontend, Plan, ServicePortPlan } from '../../src/plan/plan.ts';
import type { Outcome, Packet } from '../oracle/world.ts';

const loopbackIPv4: Cidr = { family: 'IPv4', address: '127.0.0.0', prefixLength: 8 };
const isLoopback = (address: Address): boolean =>
  address.text === '::1' || cidrContains(loopbackIPv4, address);

const addressOf = (text: string): Address => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
};

/** @param localIPs every address of the node; the loopback is implied. */
export function planOutcome(plan: Plan, localIPs: readonly string[], packet: Packet): Outcome {
  const { family } = addressOf(packet.to);
  const known = plan.families.find((candidate) => candidate.family === family);
  return known === undefined ? { kind: 'pass' } : familyOutcome(known, localIPs, packet);
}

function familyOutcome(plan: FamilyPlan, localIPs: readonly string[], packet: Packet): Outcome {
  const to = addressOf(packet.to);
  const from = addressOf(packet.from);
  const isLocal = (address: Address): boolean => isLocalAddress(localIPs, address);
  if (cidrContains(loopbackIPv4, to) && !isLocal(from)) {
    return { kind: plan.nodePortAddresses.loopback ? 'drop' : 'pass' };
  }
  const atAddress = findFrontend(
    plan,
    packet,
    (frontend) => frontend.kind !== 'node-port' && frontend.address === to.text,
  );
  if (atAddress !== undefined && isForbidden(atAddress, from)) return { kind: 'drop' };
  const atNodePort =
    isLocal(to) && takesNodePorts(plan, to)
      ? findFrontend(plan, packet, (frontend) => frontend.kind === 'node-port')
      : undefined;
  const [forAddress, forNodePort] = [atAddress, atNodePort].map(
    (found) => found && verdictOutcome(plan, localIPs, found, packet),
  );
  // A frontend without endpoints does not stand in the way of a node port.
  const first = atAddress !== undefined && isServed(atAddress) ? forAddress : forNodePort;
  if (first?.kind === 'dnat') return first;
  const refusals = isLocal(from) ? [forAddress, forNodePort] : [forNodePort, forAddress];
  const refusal = refusals.find((outcome) => outcome !== undefined && outcome.kind !== 'dnat');
  if (refusal !== undefined) return refusal;
  if (!isLocal(to) || isLocal(from)) {
    if (plan.clusterIPs.includes(to.text)) return { kind: 'reject' };
    const isUnallocated = plan.serviceCIDRs.some((cidr) => cidrContains(cidr, to));
    if (isUnallocated && !plan.otherProxyClusterIPs.includes(to.text)) return { kind: 'drop' };
  }
  return { kind: 'pass' };
}

const isLocalAddress = (localIPs: readonly string[], address: Address): boolean =>
  isLoopback(address) || localIPs.some((text) => addressOf(text).text === address.text);

interface FoundFrontend {
  readonly servicePort: ServicePortPlan;
  readonly frontend: Frontend;
}

const isServed = ({ frontend }: FoundFrontend): boolean =>
  frontend.verdict.kind === 'pick' || frontend.verdict.kind === 'external-local';

const isForbidden = ({ servicePort, frontend }: FoundFrontend, from: Address): boolean =>
  frontend.kind === 'load-balancer-ip' &&
  servicePort.sourceRanges !== undefined &&
  !servicePort.sourceRanges.some((range) => cidrContains(range, from));

function findFrontend(
  plan: FamilyPlan,
  packet: Packet,
  isWanted: (frontend: Frontend) => boolean,
): FoundFrontend | undefined {
  const found = plan.servicePorts
    .filter((servicePort) => servicePort.protocol === packet.protocol)
    .flatMap((servicePort) =>
      servicePort.frontends
        .filter((frontend) => frontend.port === packet.port && isWanted(frontend))
        .map((frontend) => ({ servicePort, frontend })),
    );
  if (found.length > 1) throw new Error('a destination is served twice');
  return found[0];
}

function takesNodePorts({ nodePortAddresses }: FamilyPlan, to: Address): boolean {
  if (isLoopback(to) && !nodePortAddresses.loopback) return false;
  return nodePortAddresses.cidrs.some((cidr) => cidrContains(cidr, to));
}

function verdictOutcome(
  plan: FamilyPlan,
  localIPs: readonly string[],
  { servicePort, frontend: { verdict } }: FoundFrontend,
  packet: Packet,
): Outcome {
  const { clusterEndpoints, localEndpoints } = servicePort;
  const isFromNode = isLocalAddress(localIPs, addressOf(packet.from));
  const isLocalPod = localPod(plan, packet, isFromNode);
  const isMarked =
    plan.clusterIPs.includes(addressOf(packet.to).text) &&
    (plan.masqueradeAll || (plan.localDetector !== undefined && !isLocalPod));
  const pick = (endpoints: readonly Endpoint[], masquerade: boolean): Outcome =>
    // What comes from outside and is delivered on the node never gets to postrouting.
    dnat(endpoints, packet, masquerade, (endpoint) =>
      isFromNode ? true : !isLocalAddress(localIPs, addressOf(endpoint.address)),
    );
  switch (verdict.kind) {
    case 'reject':
    case 'drop':
      return verdict;
    case 'pick':
      return pick(
        verdict.from === 'cluster' ? clusterEndpoints : localEndpoints,
        isMarked || verdict.masquerade === 'always',
      );
    case 'external-local':
      if (isLocalPod) return pick(clusterEndpoints, isMarked);
      if (isFromNode) return pick(clusterEndpoints, true);
      return localEndpoints.length === 0 ? { kind: 'drop' } : pick(localEndpoints, isMarked);
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

function dnat(
  endpoints: readonly Endpoint[],
  packet: Packet,
  isMarked: boolean,
  isPostrouted: (endpoint: Endpoint) => boolean,
): Outcome {
  if (endpoints.length === 0) throw new Error('a pick from nothing');
  const from = addressOf(packet.from).text;
  return {
    kind: 'dnat',
    endpoints: endpoints.map((endpoint) => ({
      endpoint: formatAddressPort(endpoint.address, endpoint.port),
      probability: 1 / endpoints.length,
      masquerade:
        isPostrouted(endpoint) && (isMarked || (endpoint.hairpin && endpoint.address === from)),
    })),
  };
}
