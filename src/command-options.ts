import { defaultsOf, type OptionTable, option } from './option-entry.ts';
import { type BackendName, backendNames, type ClaimPolicy, claimPolicies } from './options.ts';

/** What decides how commands run rather than what is compiled, as far as natc.yaml may say it. */
export interface CommandOptions {
  readonly filename: readonly string[];
  /** Patterns of files and directories that are not read. */
  readonly exclude: readonly string[];
  readonly fromCluster: boolean;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Seconds. */
  readonly requestTimeout: number;
  /** File of the KubeProxyConfiguration. */
  readonly config: string | undefined;
  readonly failOn: 'error' | 'warning';
  /** What makes natc diff end with 1. */
  readonly failOnRisk: 'high' | 'medium' | 'low' | 'any' | 'none';
  /** Files of assertions that natc assert judges. */
  readonly rules: readonly string[];
  /** The side that assertions compare with. */
  readonly before: string | undefined;
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

/** A flag may mean different things to two commands: then it stands here under two names. */
export const commandTable: OptionTable<CommandOptions> = {
  filename: option(
    '-f, --filename <path>',
    'paths',
    [],
    'file, directory, pattern or - for stdin (repeatable)',
  ),
  exclude: option(
    '--exclude <pattern>',
    'patterns',
    [],
    "files and directories to leave out: a name ('values*.yaml'), or a path (repeatable)",
  ),
  fromCluster: option(
    '--from-cluster',
    'boolean',
    false,
    'list Services, EndpointSlices and Nodes of a cluster, all of them or none',
  ),
  kubeconfig: option('--kubeconfig <file>', 'path', undefined, 'for the cluster', {
    unset: "$KUBECONFIG, ~/.kube/config, or else the pod's service account",
  }),
  context: option('--context <name>', 'text', undefined, 'of the kubeconfig', {
    unset: "the kubeconfig's current one",
  }),
  requestTimeout: option(
    '--request-timeout <time>',
    'seconds',
    30,
    'how long the API server may take for one request',
  ),
  config: option(
    '--config <file>',
    'path',
    undefined,
    'KubeProxyConfiguration, or the ConfigMap that holds it; flags win over it',
  ),
  failOn: option(
    '--fail-on <severity>',
    ['error', 'warning'],
    'error',
    'exit status 1 for: {error}, or {warning} too',
  ),
  failOnRisk: option(
    '--fail-on <what>',
    ['high', 'medium', 'low', 'any', 'none'],
    'any',
    'exit status 1 for: {any difference}, a risk of that severity or worse, or {none}',
  ),
  rules: option(
    '-r, --rules <file>',
    'paths',
    [],
    'what is to hold, a file of kind Assertions (repeatable)',
  ),
  before: option(
    '--before <side>',
    'side',
    undefined,
    'manifests, a ruleset file (*.nft), live or cluster: what assertions compare with',
  ),
  assert: option(
    '--assert <file>',
    'paths',
    [],
    'refuse what breaks an assertion of the file, see natc assert (repeatable)',
  ),
  kernel: option('--no-kernel', 'boolean', true, "leave the kernel's check out"),
  sysctl: option('--no-sysctl', 'boolean', true, 'leave sysctls alone'),
  backend: option(
    '--backend <backend>',
    [...backendNames, 'auto'],
    'auto',
    '{nftables}, {iptables} or {auto}',
  ),
  protectPorts: option(
    '--protect-ports <policy>',
    claimPolicies,
    'warn',
    'Service ports that take connections from a process of this node: allow, warn or deny',
  ),
  maxRemovals: option(
    '--max-removals <percent>',
    'integer',
    50,
    "refuse to remove more than this part of the kernel's Services",
  ),
  stateDir: option(
    '--state-dir <dir>',
    'path',
    '/run/natc',
    'where natc keeps what it gave the kernel',
  ),
  lockTimeout: option(
    '--lock-timeout <seconds>',
    'seconds',
    30,
    'how long to wait for another natc to finish',
  ),
  commandTimeout: option(
    '--command-timeout <time>',
    'seconds',
    60,
    'how long nft and other programs may take (30s, 2m), more for large input',
  ),
};

export const commandDefaults = defaultsOf<CommandOptions>(commandTable);
