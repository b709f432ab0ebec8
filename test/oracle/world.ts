/**
 * What the oracle is asked about: plain Kubernetes objects as they stand in a manifest, the node they
 * are compiled for, and a packet. Nothing here is natc's own.
 */
import type { IpFamily, Protocol } from '../../src/net/family.ts';
import type { Manifest } from './manifest.ts';

export interface World {
  readonly objects: readonly Manifest[];
  readonly node: NodeRecord;
}

/** The `node` record of the case files, with what natc can be told besides. */
export interface NodeRecord {
  /** Undefined: natc is not told which node it is. */
  readonly hostname?: string;
  /** Primary address per family; where absent, from the Node object (N3). */
  readonly nodeIPs?: readonly string[];
  /** Every address of the node's interfaces; the loopback is implied. */
  readonly localIPs: readonly string[];
  readonly detectLocalMode: DetectLocalMode;
  readonly clusterCIDRs?: readonly string[];
  /** Absent: from the Node object. */
  readonly podCIDRs?: readonly string[];
  readonly bridgeInterface?: string;
  readonly interfaceNamePrefix?: string;
  readonly serviceCIDRs: readonly string[];
  readonly nodePortAddresses: readonly string[];
  readonly masqueradeAll: boolean;
  /** Absent: from the Node object (Q5). */
  readonly zone?: string;
  /** Absent: true (N10). */
  readonly localhostNodePorts?: boolean;
  /** Only Services with this label value; absent: only Services without the label. */
  readonly serviceProxyName?: string;
  /** Absent: both. */
  readonly families?: readonly IpFamily[];
}

export type DetectLocalMode =
  | 'ClusterCIDR'
  | 'NodeCIDR'
  | 'BridgeInterface'
  | 'InterfaceNamePrefix';

/** The first packet of a fresh connection. */
export interface Packet {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Input interface; undefined for node processes, and where it does not matter. */
  readonly iif?: string;
}

export type Outcome =
  | { readonly kind: 'dnat'; readonly endpoints: readonly Candidate[] }
  | { readonly kind: 'reject' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'pass' };

export interface Candidate {
  /** `ip:port`, `[ip]:port` */
  readonly endpoint: string;
  readonly probability: number;
  readonly masquerade: boolean;
}
