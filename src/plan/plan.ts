/**
 * The plan: for each IP family, which destinations are served, by which endpoints, and under which
 * policies. It holds all service-proxy semantics and knows nothing of nftables or iptables; a backend
 * only lays it out. Lists are sorted, so the same cluster gives the same plan in whatever order its
 * objects were read.
 */
import type { FieldPath, SourceObject } from '../diagnostics/source.ts';
import type { ServiceType, TrafficPolicy } from '../model/cluster.ts';
import type { Cidr } from '../net/cidr.ts';
import type { IpFamily, Protocol } from '../net/family.ts';
import { servicePortText } from './service-port-name.ts';

export interface Plan {
  /** One entry per family to emit, IPv4 first. */
  readonly families: readonly FamilyPlan[];
  /** Services that are served in no family, and why; sorted by namespace and name. */
  readonly unserved: readonly UnservedService[];
}

/** A Service of the input that gets no rules (S1 to S9). */
export interface UnservedService {
  readonly namespace: string;
  readonly service: string;
  readonly type: ServiceType;
  readonly reason: UnservedReason;
  readonly origin: Origin;
}

export type UnservedReason =
  /** Labelled for another proxy than ours (S3). */
  | 'other-proxy'
  /** Type ExternalName (S2). */
  | 'external-name'
  /** `clusterIP: None` (S1). */
  | 'headless'
  /** No cluster IP has been allocated yet (S1). */
  | 'no-cluster-ip'
  /** No cluster IP of a family that is to be emitted (S5). */
  | 'other-family'
  /** `spec.ports` is empty (S8). */
  | 'no-ports';

export interface FamilyPlan {
  readonly family: IpFamily;
  /** How traffic of a local pod is told; undefined: no detector in this family (M10). */
  readonly localDetector: LocalDetector | undefined;
  readonly masqueradeAll: boolean;
  /** The mark that stands for "masquerade this": `1 << masqueradeBit`. */
  readonly masqueradeMark: number;
  /** Every cluster IP that is served, sorted (G1, K1). */
  readonly clusterIPs: readonly string[];
  /** Cluster IPs that another proxy serves: kept out of K2 (ND4); none is in `clusterIPs`. */
  readonly otherProxyClusterIPs: readonly string[];
  /** Normalised; unallocated addresses in them are dropped (K2). */
  readonly serviceCIDRs: readonly Cidr[];
  readonly nodePortAddresses: NodePortAddresses;
  /** Sorted by namespace, Service name, port name, protocol. */
  readonly servicePorts: readonly ServicePortPlan[];
  /** Health-check node ports (H1), sorted by namespace and Service name. Not part of any ruleset. */
  readonly healthChecks: readonly HealthCheck[];
  /** What several Services claim, and who has it. Not part of any ruleset. */
  readonly contests: readonly Contest[];
}

/** A destination that two Services claim (ND11); one entry for each that lost it. */
export interface Contest {
  /** `192.0.2.1:80/TCP`, or `30080/TCP` for a node port. */
  readonly destination: string;
  /** Canonical; undefined for a node port. */
  readonly address: string | undefined;
  readonly port: number;
  readonly protocol: Protocol;
  readonly winner: Contestant;
  readonly loser: Contestant;
  /** Why the winner has it; a clause, such as `a cluster IP goes before an external IP`. */
  readonly reason: string;
}

export interface Contestant {
  /** `namespace/name` */
  readonly service: string;
  /** What the destination is to it: `cluster IP`, `external IP`, `node port`. */
  readonly kind: string;
  readonly origin: Origin;
}

/** What a health-check server for one Service would know (H1 to H5). */
export interface HealthCheck {
  readonly namespace: string;
  readonly service: string;
  /** `spec.healthCheckNodePort` */
  readonly port: number;
  /** Distinct addresses of ready endpoints on this node, over all ports (H2). */
  readonly localEndpoints: number;
  readonly origin: Origin;
}

export type LocalDetector =
  | { readonly kind: 'source-cidr'; readonly cidr: Cidr }
  | { readonly kind: 'interface'; readonly name: string }
  | { readonly kind: 'interface-prefix'; readonly prefix: string };

/** Where node ports listen (N1 to N12): local addresses of the node that lie in one of `cidrs`. */
export interface NodePortAddresses {
  /** Normalised; `0.0.0.0/0` or `::/0` for all. Never empty. */
  readonly cidrs: readonly Cidr[];
  /**
   * Node ports answer on 127.0.0.0/8 (ND2): needs route_localnet and the guard (N10). When false the
   * loopback is excluded even where `cidrs` cover it. Always false for IPv6.
   */
  readonly loopback: boolean;
}

/** Why something is in the plan: the object and the field that made it so. */
export interface Origin {
  readonly object: SourceObject;
  readonly path: FieldPath;
}

/** One entry of `spec.ports` of one Service in one family: the unit of compilation. */
export interface ServicePortPlan {
  readonly namespace: string;
  readonly service: string;
  /** '' when unnamed. */
  readonly portName: string;
  readonly protocol: Protocol;
  /** `spec.ports[].port` */
  readonly port: number;
  readonly type: ServiceType;
  /** In force, not as written: Local only where F7 lets it count. */
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly internalTrafficPolicy: TrafficPolicy;
  readonly origin: Origin;
  /** Destinations, sorted: cluster IP, external IPs, load-balancer IPs, node port. No duplicates. */
  readonly frontends: readonly Frontend[];
  /** Where `cluster` picks go: sorted by the bytes of `ip:port` (E10); empty when unused. */
  readonly clusterEndpoints: readonly Endpoint[];
  /** Where `local` picks go. */
  readonly localEndpoints: readonly Endpoint[];
  /** For people; packets only know the two lists above. */
  readonly endpointCounts: EndpointCounts;
  /**
   * Distinct `address:port` of all serving endpoints, policies and topology ignored, sorted by bytes: a
   * conntrack entry that replies from elsewhere is stale (C3, C6). Empty for TCP (C9).
   */
  readonly servingEndpoints: readonly string[];
  /** Timeout in seconds of ClientIP affinity; undefined for None. */
  readonly affinityTimeout: number | undefined;
  /** Normalised networks that may reach the load-balancer IPs (P10); undefined: no firewall. */
  readonly sourceRanges: readonly Cidr[] | undefined;
}

/** Endpoints of a ServicePort after merging (E9), before any is chosen. */
export interface EndpointCounts {
  readonly total: number;
  readonly ready: number;
  /** Ready and on this node (E8). */
  readonly localReady: number;
}

export type Frontend = AddressFrontend | NodePortFrontend;

export interface AddressFrontend {
  /** An address that a Service lists several times has the last of these kinds (P6). */
  readonly kind: 'cluster-ip' | 'external-ip' | 'load-balancer-ip';
  /** Canonical. */
  readonly address: string;
  readonly port: number;
  readonly verdict: FrontendVerdict;
  readonly origin: Origin;
}

export interface NodePortFrontend {
  readonly kind: 'node-port';
  readonly port: number;
  readonly verdict: FrontendVerdict;
  readonly origin: Origin;
}

/** What happens to the first packet of a connection to a frontend (P1 to P13). */
export type FrontendVerdict =
  | {
      /** DNAT to a random member of the named list, which is not empty. */
      readonly kind: 'pick';
      readonly from: 'cluster' | 'local';
      /**
       * `always`: mark for masquerade first (M4). `cluster-ip`: whatever the rule for all cluster IPs
       * says (M1-M3), nothing here.
       */
      readonly masquerade: 'always' | 'cluster-ip';
    }
  | {
      /**
       * External traffic policy Local (P3), in this order: local pod source: cluster list, no mark;
       * node source: mark, cluster list; others: local list, no mark, dropped when it is empty.
       */
      readonly kind: 'external-local';
    }
  | { readonly kind: 'reject' }
  | { readonly kind: 'drop' };

export interface Endpoint {
  /** Canonical. */
  readonly address: string;
  readonly port: number;
  /** `nodeName`, for comments; undefined when unknown. */
  readonly nodeName: string | undefined;
  /** A connection from the endpoint's own address to itself must be masqueraded here (M6, ND3). */
  readonly hairpin: boolean;
  readonly origin: Origin;
}

export const serviceName = ({ namespace, service }: ServicePortPlan): string =>
  `${namespace}/${service}`;

/** `namespace/name:port`, or `namespace/name` for an unnamed port (S7). */
export const servicePortName = (servicePort: ServicePortPlan): string =>
  servicePortText({ service: serviceName(servicePort), portName: servicePort.portName });
