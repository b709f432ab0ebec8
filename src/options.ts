import type { IpFamily } from './net/family.ts';
import { defaultsOf, flagOf, type OptionTable, option } from './option-entry.ts';

/** kube-proxy's `--detect-local-mode` (M10 to M12). */
export type DetectLocalMode =
  | 'ClusterCIDR'
  | 'NodeCIDR'
  | 'BridgeInterface'
  | 'InterfaceNamePrefix';

export const detectLocalModes: readonly DetectLocalMode[] = [
  'ClusterCIDR',
  'NodeCIDR',
  'BridgeInterface',
  'InterfaceNamePrefix',
];

/** Through what the kernel is changed; `src/backends/table.ts` has what natc does with each. */
export const backendNames = ['nftables', 'iptables'] as const;

export type BackendName = (typeof backendNames)[number];

export const isBackendName = (value: unknown): value is BackendName =>
  backendNames.some((name) => name === value);

/** The one that is taken where nothing speaks against it. */
export const defaultBackend: BackendName = 'nftables';

/** What becomes of a doubtful claim: served, served with a warning, or left out with one. */
export type ClaimPolicy = 'allow' | 'warn' | 'deny';

export const claimPolicies: readonly ClaimPolicy[] = ['allow', 'warn', 'deny'];

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

/** What decides what is compiled, in the order in which people look for it. */
export const optionTable: OptionTable<CompileOptions> = {
  nodeName: option('--node-name <name>', 'text', undefined, 'which node this is', {
    unset: 'none; then no endpoint is local',
    kubeProxy: ['hostnameOverride'],
  }),
  nodeIPs: option('--node-ip <ip,...>', 'list', [], "the node's addresses", {
    key: 'nodeIP',
    unset: 'those of its Node object',
    kubeProxy: ['bindAddress'],
  }),
  zone: option('--zone <zone>', 'text', undefined, "the node's topology zone", {
    unset: 'that of its Node object',
  }),
  nodePortAddresses: option(
    '--nodeport-addresses <list>',
    'list',
    [],
    'where node ports listen: CIDRs, primary, localhost, all',
    { unset: 'all local addresses', kubeProxy: ['nodePortAddresses'] },
  ),
  localhostNodePorts: option(
    '--localhost-nodeports <true|false>',
    'boolean',
    true,
    'serve node ports on 127.0.0.0/8 too',
    { kubeProxy: ['iptables.localhostNodePorts'] },
  ),
  serviceNodePortRange: option(
    '--service-node-port-range <first-last>',
    'portRange',
    { first: 30000, last: 32767 },
    'valid node ports',
  ),
  serviceCIDRs: option(
    '--service-cidr <cidr,...>',
    'list',
    [],
    'where unallocated Service addresses are dropped',
    { key: 'serviceCIDR', unset: 'nowhere' },
  ),
  clusterCIDRs: option(
    '--cluster-cidr <cidr,...>',
    'list',
    [],
    "the pods' networks; other sources are masqueraded",
    { key: 'clusterCIDR', unset: 'none', kubeProxy: ['clusterCIDR'] },
  ),
  detectLocalMode: option(
    '--detect-local-mode <mode>',
    detectLocalModes,
    'ClusterCIDR',
    "how a local pod's traffic is told: {ClusterCIDR}, {NodeCIDR}, {BridgeInterface}, {InterfaceNamePrefix}",
    { kubeProxy: ['detectLocalMode'] },
  ),
  podCIDRs: option('--pod-cidr <cidr,...>', 'list', [], "this node's pod networks, for NodeCIDR", {
    key: 'podCIDR',
    unset: 'those of its Node object',
  }),
  podBridgeInterface: option('--pod-bridge-interface <name>', 'text', '', 'for BridgeInterface', {
    kubeProxy: ['detectLocal.bridgeInterface'],
  }),
  podInterfaceNamePrefix: option(
    '--pod-interface-name-prefix <prefix>',
    'text',
    '',
    'for InterfaceNamePrefix',
    { kubeProxy: ['detectLocal.interfaceNamePrefix'] },
  ),
  masqueradeAll: option(
    '--masquerade-all',
    'boolean',
    false,
    'masquerade all traffic to cluster IPs',
    { kubeProxy: ['nftables.masqueradeAll', 'iptables.masqueradeAll', 'linux.masqueradeAll'] },
  ),
  masqueradeBit: option('--masquerade-bit <bit>', 'integer', 14, 'bit of the packet mark', {
    kubeProxy: ['nftables.masqueradeBit', 'iptables.masqueradeBit'],
  }),
  families: option('--ip-family <family,...>', 'families', ['IPv4', 'IPv6'], 'families to emit', {
    key: 'ipFamily',
  }),
  validate: option(
    '--validate <mode>',
    ['strict', 'warn'],
    'strict',
    '{strict}: what the API server would refuse is an error; {warn}: it is left out, or read as what admits least, with a warning',
    { ofApply: 'warn' },
  ),
  externalIPs: option(
    '--external-ips <policy>',
    'list',
    ['warn'],
    "{allow}; {warn} where they are known to be others'; {deny}; or CIDRs: only these are served",
  ),
  endpointsOutside: option(
    '--endpoints-outside <policy>',
    claimPolicies,
    'warn',
    'endpoints that are no pods of a known pod network: {allow}, {warn} or {deny}',
  ),
  serviceProxyName: option(
    '--service-proxy-name <name>',
    'text',
    undefined,
    'handle only Services labelled for this proxy',
    { unset: 'those without such a label' },
  ),
};

export const optionNames = Object.keys(optionTable) as readonly (keyof CompileOptions)[];

export const defaultOptions = defaultsOf<CompileOptions>(optionTable);

/**
 * Nobody who may create an object may stop a node: apply leaves out what cannot be read, with a warning.
 */
export const applyDefaults: Partial<CompileOptions> = Object.fromEntries(
  Object.entries(optionTable).flatMap(([name, { ofApply }]) =>
    ofApply === undefined ? [] : [[name, ofApply]],
  ),
);

/** The flag that sets each option. */
export const optionFlags = Object.fromEntries(
  Object.entries(optionTable).map(([name, entry]) => [name, flagOf(entry)]),
) as Readonly<Record<keyof CompileOptions, string>>;
