import type { IpFamily } from './net/family.ts';

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

/** How a value is written in natc.yaml; a list of words: one of them. */
export type ValueKind =
  | 'text'
  | 'boolean'
  | 'integer'
  /** `30s`, `2m`, `1h`, or a number of seconds. */
  | 'seconds'
  /** A list, or one string with commas in it, as on the command line. */
  | 'list'
  | 'families'
  /** `30000-32767`. */
  | 'portRange'
  /** Relative to the file that names it. */
  | 'path'
  | 'paths'
  | readonly string[];

/** One option: its flag, its key in natc.yaml, and what values it takes there. */
export interface OptionEntry {
  readonly flag: string;
  readonly key: string;
  readonly value: ValueKind;
}

/** What sets each option, in the order in which people look for them. */
export const optionTable: Readonly<Record<keyof CompileOptions, OptionEntry>> = {
  nodeName: { flag: '--node-name', key: 'nodeName', value: 'text' },
  nodeIPs: { flag: '--node-ip', key: 'nodeIP', value: 'list' },
  zone: { flag: '--zone', key: 'zone', value: 'text' },
  nodePortAddresses: { flag: '--nodeport-addresses', key: 'nodePortAddresses', value: 'list' },
  localhostNodePorts: {
    flag: '--localhost-nodeports',
    key: 'localhostNodePorts',
    value: 'boolean',
  },
  serviceNodePortRange: {
    flag: '--service-node-port-range',
    key: 'serviceNodePortRange',
    value: 'portRange',
  },
  serviceCIDRs: { flag: '--service-cidr', key: 'serviceCIDR', value: 'list' },
  clusterCIDRs: { flag: '--cluster-cidr', key: 'clusterCIDR', value: 'list' },
  detectLocalMode: {
    flag: '--detect-local-mode',
    key: 'detectLocalMode',
    value: detectLocalModes,
  },
  podCIDRs: { flag: '--pod-cidr', key: 'podCIDR', value: 'list' },
  podBridgeInterface: {
    flag: '--pod-bridge-interface',
    key: 'podBridgeInterface',
    value: 'text',
  },
  podInterfaceNamePrefix: {
    flag: '--pod-interface-name-prefix',
    key: 'podInterfaceNamePrefix',
    value: 'text',
  },
  masqueradeAll: { flag: '--masquerade-all', key: 'masqueradeAll', value: 'boolean' },
  masqueradeBit: { flag: '--masquerade-bit', key: 'masqueradeBit', value: 'integer' },
  families: { flag: '--ip-family', key: 'ipFamily', value: 'families' },
  validate: { flag: '--validate', key: 'validate', value: ['strict', 'warn'] },
  externalIPs: { flag: '--external-ips', key: 'externalIPs', value: 'list' },
  endpointsOutside: {
    flag: '--endpoints-outside',
    key: 'endpointsOutside',
    value: claimPolicies,
  },
  serviceProxyName: { flag: '--service-proxy-name', key: 'serviceProxyName', value: 'text' },
};

/** The flag that sets each option. */
export const optionFlags = Object.fromEntries(
  Object.entries(optionTable).map(([name, { flag }]) => [name, flag]),
) as Readonly<Record<keyof CompileOptions, string>>;

/** What decides how commands run rather than what is compiled, as far as natc.yaml may say it. */
export interface CommandOptions {
  readonly filename: readonly string[];
  /** Patterns of files and directories that are not read. */
  readonly exclude: readonly string[];
  readonly fromCluster: boolean;
  readonly kubeconfig: string;
  readonly context: string;
  /** Seconds. */
  readonly requestTimeout: number;
  /** File of the KubeProxyConfiguration. */
  readonly config: string;
  readonly failOn: 'error' | 'warning';
  /** What makes natc diff end with 1. */
  readonly failOnRisk: 'high' | 'medium' | 'low' | 'any' | 'none';
  /** Files of assertions that natc assert judges. */
  readonly rules: readonly string[];
  /** The side that assertions compare with. */
  readonly before: string;
  /** Files of assertions that natc apply must not break. */
  readonly assert: readonly string[];
  readonly kernel: boolean;
  readonly sysctl: boolean;
  readonly backend: 'auto' | BackendName;
  readonly protectPorts: ClaimPolicy;
  readonly maxRemovals: number;
  readonly stateDir: string;
  /** Seconds. */
  readonly lockTimeout: number;
  /** Seconds. */
  readonly commandTimeout: number;
}

export type CommandOptionName = keyof CommandOptions;

/** The values without a flag; undefined: none. */
export const commandDefaults = {
  filename: [],
  exclude: [],
  fromCluster: false,
  kubeconfig: undefined,
  context: undefined,
  requestTimeout: 30,
  config: undefined,
  failOn: 'error',
  failOnRisk: 'any',
  rules: [],
  before: undefined,
  assert: [],
  kernel: true,
  sysctl: true,
  backend: 'auto',
  protectPorts: 'warn',
  maxRemovals: 50,
  stateDir: '/run/natc',
  lockTimeout: 30,
  commandTimeout: 60,
} as const satisfies { readonly [K in CommandOptionName]: CommandOptions[K] | undefined };

/** An option of some commands; others may have a flag of that name which means something else. */
export interface CommandOptionEntry extends OptionEntry {
  readonly commands: readonly string[];
  /** What the commands call it, where that is not its name here: one flag may mean two things. */
  readonly attribute?: string;
}

const compiling = ['compile', 'check', 'list', 'explain', 'reach', 'assert', 'apply'];
const changing = ['apply', 'status', 'rollback', 'cleanup'];

export const commandTable: Readonly<Record<CommandOptionName, CommandOptionEntry>> = {
  filename: { flag: '--filename', key: 'filename', value: 'paths', commands: compiling },
  exclude: {
    flag: '--exclude',
    key: 'exclude',
    value: 'list',
    commands: [...compiling, 'diff'],
  },
  fromCluster: {
    flag: '--from-cluster',
    key: 'fromCluster',
    value: 'boolean',
    commands: compiling,
  },
  kubeconfig: {
    flag: '--kubeconfig',
    key: 'kubeconfig',
    value: 'path',
    commands: [...compiling, 'diff'],
  },
  context: { flag: '--context', key: 'context', value: 'text', commands: [...compiling, 'diff'] },
  requestTimeout: {
    flag: '--request-timeout',
    key: 'requestTimeout',
    value: 'seconds',
    commands: [...compiling, 'diff'],
  },
  config: {
    flag: '--config',
    key: 'config',
    value: 'path',
    commands: [...compiling, 'diff', 'config'],
  },
  failOn: { flag: '--fail-on', key: 'failOn', value: ['error', 'warning'], commands: ['check'] },
  failOnRisk: {
    flag: '--fail-on',
    key: 'failOnRisk',
    value: ['high', 'medium', 'low', 'any', 'none'],
    commands: ['diff'],
    attribute: 'failOn',
  },
  rules: { flag: '--rules', key: 'rules', value: 'paths', commands: ['assert'] },
  before: { flag: '--before', key: 'before', value: 'text', commands: ['assert'] },
  assert: { flag: '--assert', key: 'assert', value: 'paths', commands: ['apply'] },
  kernel: { flag: '--no-kernel', key: 'kernel', value: 'boolean', commands: ['check'] },
  sysctl: { flag: '--no-sysctl', key: 'sysctl', value: 'boolean', commands: ['check', 'apply'] },
  backend: {
    flag: '--backend',
    key: 'backend',
    value: ['auto', ...backendNames],
    commands: ['check', 'diff', 'explain', 'reach', 'assert', ...changing],
  },
  protectPorts: {
    flag: '--protect-ports',
    key: 'protectPorts',
    value: claimPolicies,
    commands: ['apply'],
  },
  maxRemovals: {
    flag: '--max-removals',
    key: 'maxRemovals',
    value: 'integer',
    commands: ['apply'],
  },
  stateDir: {
    flag: '--state-dir',
    key: 'stateDir',
    value: 'path',
    commands: [...changing, 'confirm'],
  },
  lockTimeout: {
    flag: '--lock-timeout',
    key: 'lockTimeout',
    value: 'seconds',
    commands: ['apply', 'status', 'rollback', 'confirm'],
  },
  commandTimeout: {
    flag: '--command-timeout',
    key: 'commandTimeout',
    value: 'seconds',
    commands: [...changing, 'confirm'],
  },
};
