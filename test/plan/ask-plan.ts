/**
 * What a plan says of a packet: a slow reading of the types of src/plan/plan.ts, and thereby of what a
 * backend has to do with them.
 */
import { formatAddressPort, parseAddress } from '../../src/net/address.ts';
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

/** @param localIPs every address of the node; the loopback is implied. */
export function askPlan(plan: Plan, localIPs: readonly string[], packet: Packet): Outcome {
  const family = parseAddress(packet.to)!.family;
  const known = plan.families.find((each) => each.family === family);
  return known === undefined ? { kind: 'pass' } : new Asking(known, localIPs, packet).answer();
}

class Asking {
  readonly plan: FamilyPlan;
  readonly packet: Packet;
  readonly from: string;
  readonly to: string;
  readonly isFromNode: boolean;
  readonly isToNode: boolean;

  constructor(plan: FamilyPlan, localIPs: readonly string[], packet: Packet) {
    const isLocal = (address: string): boolean =>
      isLoopback(address) || localIPs.some((local) => parseAddress(local)!.text === address);
    this.plan = plan;
    this.packet = packet;
    this.from = parseAddress(packet.from)!.text;
    this.to = parseAddress(packet.to)!.text;
    this.isFromNode = isLocal(this.from);
    this.isToNode = isLocal(this.to);
  }

  answer(): Outcome {
    if (isLoopback(this.to) && !this.isFromNode) return this.guard();
    const address = this.find(
      (frontend) =>
        frontend.kind !== 'node-port' &&
        frontend.address === this.to &&
        frontend.port === this.packet.port,
    );
    if (address !== undefined) {
      const { sourceRanges } = address.servicePort;
      const isGuarded = address.frontend.kind === 'load-balancer-ip' && sourceRanges !== undefined;
      if (isGuarded && !this.contains(sourceRanges, this.from)) return { kind: 'drop' };
      return this.judge(address.servicePort, address.frontend.verdict);
    }
    const nodePort = this.find(
      (frontend) => frontend.kind === 'node-port' && frontend.port === this.packet.port,
    );
    if (nodePort !== undefined && this.takesNodePorts()) {
      return this.judge(nodePort.servicePort, nodePort.frontend.verdict);
    }
    return this.unmatched();
  }

  find(
    test: (frontend: Frontend) => boolean,
  ): { servicePort: ServicePortPlan; frontend: Frontend } | undefined {
    const hits = this.plan.servicePorts
      .filter((servicePort) => servicePort.protocol === this.packet.protocol)
      .flatMap((servicePort) =>
        servicePort.frontends.filter(test).map((frontend) => ({ servicePort, frontend })),
      );
    if (hits.length > 1) throw new Error('a destination is served twice');
    return hits[0];
  }

  takesNodePorts(): boolean {
    const { cidrs, loopback } = this.plan.nodePortAddresses;
    return this.isToNode && this.contains(cidrs, this.to) && (loopback || !isLoopback(this.to));
  }

  judge(servicePort: ServicePortPlan, verdict: Verdict): Outcome {
    const { clusterEndpoints, localEndpoints } = servicePort;
    switch (verdict.kind) {
      case 'reject':
      case 'drop':
        return { kind: verdict.kind };
      case 'pick':
        return this.pick(
          verdict.from === 'local' ? localEndpoints : clusterEndpoints,
          verdict.masquerade === 'always',
        );
      case 'external-local':
        if (this.isLocalPod()) return this.pick(clusterEndpoints, false);
        if (this.isFromNode) return this.pick(clusterEndpoints, true);
        return localEndpoints.length === 0 ? { kind: 'drop' } : this.pick(localEndpoints, false);
    }
  }

  pick(endpoints: readonly Endpoint[], marked: boolean): Outcome {
    if (endpoints.length === 0) throw new Error('a pick from nothing');
    const always = marked || this.isClusterIPMasqueraded();
    return {
      kind: 'dnat',
      endpoints: endpoints.map(({ address, port, hairpin }) => ({
        endpoint: formatAddressPort(address, port),
        probability: 1 / endpoints.length,
        masquerade: always || (hairpin && address === this.from),
      })),
    };
  }

  isClusterIPMasqueraded(): boolean {
    if (!this.plan.clusterIPs.includes(this.to)) return false;
    return this.plan.masqueradeAll || (this.plan.localDetector !== undefined && !this.isLocalPod());
  }

  isLocalPod(): boolean {
    const detector = this.plan.localDetector;
    const iif = this.isFromNode ? undefined : this.packet.iif;
    switch (detector?.kind) {
      case undefined:
        return false;
      case 'source-cidr':
        return this.contains([detector.cidr], this.from);
      case 'interface':
        return iif === detector.name;
      case 'interface-prefix':
        return iif?.startsWith(detector.prefix) ?? false;
    }
  }

  /** N10: with loopback node ports, nothing but the loopback reaches the loopback. */
  guard(): Outcome {
    return { kind: this.plan.nodePortAddresses.loopback ? 'drop' : 'pass' };
  }

  /** The checks of cluster IPs see what is forwarded or sent by the node (K3). */
  unmatched(): Outcome {
    if (isLoopback(this.to) && !isLoopback(this.from)) return this.guard();
    if (this.isToNode && !this.isFromNode) return { kind: 'pass' };
    if (this.plan.clusterIPs.includes(this.to)) return { kind: 'reject' };
    const isUnallocated =
      this.contains(this.plan.serviceCIDRs, this.to) &&
      !this.plan.otherProxyClusterIPs.includes(this.to);
    return { kind: isUnallocated ? 'drop' : 'pass' };
  }

  contains(cidrs: readonly Cidr[], text: string): boolean {
    return cidrs.some((cidr) => cidrContains(cidr, { family: this.plan.family, text }));
  }
}

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');
