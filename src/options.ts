import type { IpFamily } from './net/family.ts';

/** kube-proxy's `--detect-local-mode` (M10 to M12). */
export type DetectLocalMode =
  | 'ClusterCIDR'
  | 'NodeCIDR'
  | 'BridgeInterface'
  | 'InterfaceNamePrefix';

/** What becomes of a doubtful claim: served, served with a warning, or left out with one. */
export type ClaimPolicy = 'allow' | 'warn' | 'deny';

/**
 * Everything that decides what natc compiles besides the objects themselves: the settings of
 * kube-proxy and the facts about this node. Values are as the user wrote them, trimmed and split;
 * the model stage validates them. Field names follow KubeProxyConfiguration.
 */
export interface CompileOptions {
  /** CIDRs and the words `primary`, `localhost`, `all`; empty: all local addresses (ND1). */
  readonly nodePortAddresses: readonly string[];
  /** Serve node ports on 127.0.0.0/8 where `nodePortAddresses` covers it (ND2). */
  readonly localhostNodePorts: boolean;
  readonly serviceCIDRs: readonly string[];
  /** Which node we are; undefined: every endpoint is remote or unknown. */
  readonly nodeName: string | undefined;
  /** This node's addresses; empty: from the Node object. */
  readonly nodeIPs: readonly string[];
  /** Topology zone; undefined: from the Node object. */
  readonly zone: string | undefined;
  readonly detectLocalMode: DetectLocalMode;
  readonly clusterCIDRs: readonly string[];
  /** Pod CIDRs for NodeCIDR; empty: from the Node object. */
  readonly podCIDRs: readonly string[];
  readonly podBridgeInterface: string;
  readonly podInterfaceNamePrefix: string;
  readonly masqueradeAll: boolean;
  /** 0 to 31. */
  readonly masqueradeBit: number;
  /** Inclusive. */
  readonly serviceNodePortRange: { readonly first: number; readonly last: number };
  readonly validate: 'strict' | 'warn';
  /** `allow`, `warn`, `deny`, or CIDRs: the external IPs that are served. */
  readonly externalIPs: readonly string[];
  /** Endpoints that are no pods of a known pod network. */
  readonly endpointsOutside: ClaimPolicy;
  /** Handle only Services with this label value; undefined: only Services without the label (S3). */
  readonly serviceProxyName: string | undefined;
  readonly families: readonly IpFamily[];
}

export const defaultOptions: CompileOptions = {
  nodePortAddresses: [],
  localhostNodePorts: true,
  serviceCIDRs: [],
  nodeName: undefined,
  nodeIPs: [],
  zone: undefined,
  detectLocalMode: 'ClusterCIDR',
  clusterCIDRs: [],
  podCIDRs: [],
  podBridgeInterface: '',
  podInterfaceNamePrefix: '',
  masqueradeAll: false,
  masqueradeBit: 14,
  serviceNodePortRange: { first: 30000, last: 32767 },
  validate: 'strict',
  externalIPs: ['warn'],
  endpointsOutside: 'warn',
  serviceProxyName: undefined,
  families: ['IPv4', 'IPv6'],
};

/** The flag that sets each option, in the order in which people look for them. */
export const optionFlags: Readonly<Record<keyof CompileOptions, string>> = {
  nodeName: '--node-name',
  nodeIPs: '--node-ip',
  zone: '--zone',
  nodePortAddresses: '--nodeport-addresses',
  localhostNodePorts: '--localhost-nodeports',
  serviceNodePortRange: '--service-node-port-range',
  serviceCIDRs: '--service-cidr',
  clusterCIDRs: '--cluster-cidr',
  detectLocalMode: '--detect-local-mode',
  podCIDRs: '--pod-cidr',
  podBridgeInterface: '--pod-bridge-interface',
  podInterfaceNamePrefix: '--pod-interface-name-prefix',
  masqueradeAll: '--masquerade-all',
  masqueradeBit: '--masquerade-bit',
  families: '--ip-family',
  validate: '--validate',
  externalIPs: '--external-ips',
  endpointsOutside: '--endpoints-outside',
  serviceProxyName: '--service-proxy-name',
};
