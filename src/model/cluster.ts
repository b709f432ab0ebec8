/**
 * The typed, valid cluster: what the model stage hands to the plan stage. API defaults (D1 to D7)
 * are filled in, addresses are in canonical text, and every field has been validated; what the fields
 * mean for packets is the plan stage's business.
 */
import type { SourceObject } from '../diagnostics/source.ts';
import type { IpFamily, Protocol } from '../net/family.ts';

export interface Cluster {
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly endpoints: readonly Endpoints[];
  readonly nodes: readonly Node[];
  /** A Node was left out, because nobody can tell which one it is. */
  readonly hasUnreadableNode: boolean;
}

/** What every object has. Names are validated; `object` says where it stands in the input. */
interface Named {
  readonly object: SourceObject;
  readonly namespace: string;
  readonly name: string;
}

export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
export type TrafficPolicy = 'Cluster' | 'Local';

export interface Service extends Named {
  /** `metadata.creationTimestamp`, in milliseconds since 1970; undefined when missing or unreadable. */
  readonly createdAt: number | undefined;
  /** Label `service.kubernetes.io/service-proxy-name` (S3); undefined when absent. */
  readonly serviceProxyName: string | undefined;
  readonly type: ServiceType;
  /**
   * `spec.clusterIPs` (D2: or `[spec.clusterIP]`): canonical addresses, `['None']` for a headless
   * Service, empty where none has been allocated yet.
   */
  readonly clusterIPs: readonly string[];
  /** `spec.ipFamilies`, or the families of `clusterIPs` in their order where it is unset (D7). */
  readonly ipFamilies: readonly IpFamily[];
  readonly ports: readonly ServicePort[];
  /** `spec.selector` has at least one entry. */
  readonly hasSelector: boolean;
  /** `spec.externalIPs`, canonical, both families, in the order given. */
  readonly externalIPs: readonly string[];
  /** `status.loadBalancer.ingress` */
  readonly ingress: readonly LoadBalancerIngress[];
  /** `spec.loadBalancerSourceRanges`, as given (white space and all). */
  readonly loadBalancerSourceRanges: readonly string[];
  /** Every entry given is among these; else they are all that may get in, in both families (ND10). */
  readonly sourceRangesAreWhole: boolean;
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly internalTrafficPolicy: TrafficPolicy;
  /** `sessionAffinity: ClientIP` and its timeout in seconds; undefined for None. */
  readonly sessionAffinity: { readonly timeoutSeconds: number } | undefined;
  /** 0 when unset. */
  readonly healthCheckNodePort: number;
  /** `spec.trafficDistribution`; only notes speak of it (F12). */
  readonly trafficDistribution: string | undefined;
}

export interface ServicePort {
  /** Index in `spec.ports`, for positions. */
  readonly index: number;
  /** '' when unnamed. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** 0 when there is none. */
  readonly nodePort: number;
}

export interface LoadBalancerIngress {
  /** Index in `status.loadBalancer.ingress`, for positions. */
  readonly index: number;
  /** Canonical address; undefined for a hostname-only entry. */
  readonly ip: string | undefined;
  readonly hostname: string | undefined;
  readonly ipMode: 'VIP' | 'Proxy';
}

export interface EndpointSlice extends Named {
  /** Label `service.kubernetes.io/headless`, with whatever value, hides the slice (S4). */
  readonly headless: boolean;
  /** Label `kubernetes.io/service-name`; undefined when absent. */
  readonly serviceName: string | undefined;
  readonly addressType: IpFamily | 'FQDN';
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly SliceEndpoint[];
}

/** A port of an EndpointSlice or of an Endpoints subset. */
export interface EndpointPort {
  /** '' when unnamed. */
  readonly name: string;
  readonly protocol: Protocol;
  /** 0 when unset ("all ports"), which is not proxied (E4). */
  readonly port: number;
}

export interface SliceEndpoint {
  /** Index in `endpoints`, for positions. */
  readonly index: number;
  /** Canonical for IP slices; FQDN slices keep their text. Forbidden addresses are left out. */
  readonly addresses: readonly string[];
  readonly nodeName: string | undefined;
  /** Conditions as given; undefined when unset (E6). */
  readonly ready: boolean | undefined;
  readonly serving: boolean | undefined;
  readonly terminating: boolean | undefined;
  /** `hints.forZones[].name`, `hints.forNodes[].name`; empty when unset. */
  readonly forZones: readonly string[];
  readonly forNodes: readonly string[];
}

/** The legacy Endpoints object. The plan stage mirrors it into slices (E3). */
export interface Endpoints extends Named {
  /** Label `endpointslice.kubernetes.io/skip-mirror: "true"`. */
  readonly skipMirror: boolean;
  /** Annotation `control-plane.alpha.kubernetes.io/leader` is present. */
  readonly isLeaderElection: boolean;
  /** Label `service.kubernetes.io/headless`, which mirrored slices would have too (S4). */
  readonly headless: boolean;
  readonly subsets: readonly EndpointSubset[];
}

export interface EndpointSubset {
  /** Index in `subsets`, for positions. */
  readonly index: number;
  readonly addresses: readonly EndpointAddress[];
  readonly notReadyAddresses: readonly EndpointAddress[];
  readonly ports: readonly EndpointPort[];
}

export interface EndpointAddress {
  readonly index: number;
  /** Canonical. */
  readonly ip: string;
  readonly nodeName: string | undefined;
}

export interface Node {
  readonly object: SourceObject;
  readonly name: string;
  /** `status.addresses` of types InternalIP and ExternalIP, canonical, internal ones first. */
  readonly addresses: readonly string[];
  /** Else some could not be read, and `addresses` is empty (ND10). */
  readonly addressesAreWhole: boolean;
  /** `spec.podCIDRs` (or `[spec.podCIDR]`), canonical CIDR text. */
  readonly podCIDRs: readonly string[];
  /** Label `topology.kubernetes.io/zone`. */
  readonly zone: string | undefined;
}
