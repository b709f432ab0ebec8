/**
 * Puts one Service of one family together, a {@link ServicePortPlan} per port.
 */
import type { Service, ServicePort } from '../model/cluster.ts';
import type { Settings } from '../model/settings.ts';
import { formatAddressPort } from '../net/address.ts';
import type { IpFamily } from '../net/family.ts';
import { admittedAddresses, admittedSlices } from './admission.ts';
import { chooseEndpoints } from './choose-endpoints.ts';
import { type EndpointSources, serviceEndpoints } from './endpoint-sources.ts';
import { frontendsOf } from './frontends.ts';
import { healthCheckOf } from './health-check.ts';
import type { KnownNetworks } from './known-networks.ts';
import { type Candidate, mergeEndpoints, slicePortKey } from './merge-endpoints.ts';
import type { NodeFacts } from './node-facts.ts';
import { compareBytes, sortedUnique } from './order.ts';
import { origin } from './origin.ts';
import type { EndpointCounts, HealthCheck, ServicePortPlan } from './plan.ts';
import { policiesOf, usedSets } from './policies.ts';
import { type ServiceAddresses, serviceAddresses } from './service-addresses.ts';
import { sourceRangesOf } from './source-ranges.ts';
import { externalVerdict, internalVerdict } from './verdicts.ts';

/** What planning a Service depends on besides the Service. */
export interface ServiceSurroundings {
  readonly family: IpFamily;
  readonly settings: Settings;
  readonly node: NodeFacts;
  readonly sources: EndpointSources;
  readonly known: KnownNetworks;
}

export interface ServicePlan {
  readonly service: Service;
  readonly clusterIP: string;
  /** Sorted by port name and protocol. */
  readonly servicePorts: readonly ServicePortPlan[];
  readonly healthCheck: HealthCheck | undefined;
}

/** @returns undefined when the Service does not exist in the family (S5). */
export function planService(
  service: Service,
  around: ServiceSurroundings,
): ServicePlan | undefined {
  const { family, node, sources, settings, known } = around;
  const claimed = serviceAddresses(service, family);
  if (claimed === undefined) return undefined;
  const addresses = admittedAddresses(claimed, settings);
  const merged = mergeEndpoints(
    admittedSlices(serviceEndpoints(sources, service, family), service, settings, known),
    node.name,
  );
  const sourceRanges = sourceRangesOf(
    service,
    family,
    addresses.vips.map((vip) => vip.address),
    node.primaryIPs[family],
  );
  const shared = { service, addresses, node, merged, sourceRanges };
  const servicePorts = portsByIdentity(service.ports).map((port) => planPort(port, shared));
  return {
    service,
    clusterIP: addresses.clusterIP.address,
    servicePorts,
    healthCheck: healthCheckOf(service, merged),
  };
}

/** S7: of two ports with the same name and protocol kube-proxy only sees the later one. */
function portsByIdentity(ports: readonly ServicePort[]): readonly ServicePort[] {
  const byIdentity = new Map(ports.map((port) => [slicePortKey(port.protocol, port.name), port]));
  return [...byIdentity.values()].sort(
    (a, b) => compareBytes(a.name, b.name) || compareBytes(a.protocol, b.protocol),
  );
}

/** What the ports of one Service share. */
interface Shared {
  readonly service: Service;
  readonly addresses: ServiceAddresses;
  readonly node: NodeFacts;
  readonly merged: ReadonlyMap<string, readonly Candidate[]>;
  readonly sourceRanges: ServicePortPlan['sourceRanges'];
}

function planPort(
  port: ServicePort,
  { service, addresses, node, merged, sourceRanges }: Shared,
): ServicePortPlan {
  const policies = policiesOf(service);
  const reachableFromOutside =
    port.nodePort !== 0 || addresses.externalIPs.length > 0 || addresses.vips.length > 0;
  const candidates = merged.get(slicePortKey(port.protocol, port.name)) ?? [];
  const chosen = chooseEndpoints(candidates, usedSets(policies, reachableFromOutside), node);
  const portOrigin = origin(service.object, ['spec', 'ports', port.index]);
  const verdicts = {
    internal: internalVerdict(policies.internal, chosen),
    external: externalVerdict(policies.external, chosen),
  };
  return {
    namespace: service.namespace,
    service: service.name,
    portName: port.name,
    protocol: port.protocol,
    port: port.port,
    type: service.type,
    externalTrafficPolicy: policies.external,
    internalTrafficPolicy: policies.internal,
    origin: portOrigin,
    frontends: frontendsOf(port, addresses, verdicts, portOrigin),
    clusterEndpoints: chosen.cluster.map((candidate) => candidate.endpoint),
    localEndpoints: chosen.local.map((candidate) => candidate.endpoint),
    endpointCounts: countEndpoints(candidates),
    servingEndpoints: port.protocol === 'TCP' ? [] : servingEndpoints(candidates),
    affinityTimeout: service.sessionAffinity?.timeoutSeconds,
    sourceRanges,
  };
}

function countEndpoints(candidates: readonly Candidate[]): EndpointCounts {
  let ready = 0;
  let localReady = 0;
  for (const { state, isLocal } of candidates) {
    if (!state.ready) continue;
    ready++;
    if (isLocal) localReady++;
  }
  return { total: candidates.length, ready, localReady };
}

/** C3, C6. */
const servingEndpoints = (candidates: readonly Candidate[]): readonly string[] =>
  sortedUnique(
    candidates
      .filter((candidate) => candidate.state.serving)
      .map(({ endpoint }) => formatAddressPort(endpoint.address, endpoint.port)),
  );
