/** Options that several commands share: input, node and message flags, the same everywhere. */
import { type Command, Option } from 'commander';
import type { IpFamily } from '../net/family.ts';
import {
  type ClaimPolicy,
  claimPolicies,
  type DetectLocalMode,
  detectLocalModes,
} from '../options.ts';
import {
  addNatcConfig,
  hasNatcConfig,
  type NatcConfigFlags,
} from './config/natc-config-options.ts';
import type { MessageFlags } from './messages/message-flags.ts';

import {
  collect,
  collectFamilies,
  collectList,
  type PortRange,
  parseBoolean,
  parseInteger,
  parsePortRange,
  parseSeconds,
} from './option-values.ts';
import { addPathArguments } from './usage/path-arguments.ts';

/** What a command that compiles finds in `command.opts()`. A flag that was not given is absent. */
export interface CompileFlags extends MessageFlags, NatcConfigFlags {
  readonly filename?: readonly string[];
  readonly exclude?: readonly string[];
  readonly fromCluster?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Seconds. */
  readonly requestTimeout?: number;
  readonly config?: string;
  readonly validate?: 'strict' | 'warn';
  readonly externalIps?: readonly string[];
  readonly endpointsOutside?: ClaimPolicy;
  readonly serviceProxyName?: string;
  readonly nodeportAddresses?: readonly string[];
  readonly localhostNodeports?: boolean;
  readonly serviceCidr?: readonly string[];
  readonly nodeName?: string;
  readonly hostnameOverride?: string;
  readonly nodeIp?: readonly string[];
  readonly zone?: string;
  readonly clusterCidr?: readonly string[];
  readonly detectLocalMode?: DetectLocalMode;
  readonly podCidr?: readonly string[];
  readonly podBridgeInterface?: string;
  readonly podInterfaceNamePrefix?: string;
  readonly masqueradeAll?: boolean;
  readonly masqueradeBit?: number;
  readonly serviceNodePortRange?: PortRange;
  readonly ipFamily?: readonly IpFamily[];
  readonly stats?: boolean;
  readonly allocate?: boolean;
  /** false: none, though a side of the diff could be it. */
  readonly base?: string | false;
  /** Directories to build; true: the sides of a diff that are kustomizations. */
  readonly kustomize?: readonly string[] | boolean;
  readonly lock?: boolean;
  readonly frozenLock?: boolean;
  readonly lockFile?: string;
}

/** Every flag of a command that compiles manifests. @param quiet what `--quiet` means for it */
export function addCompileOptions(command: Command, quiet?: string): void {
  addInputOptions(command);
  addNodeOptions(command);
  addMessageOptions(command, quiet);
  command.optionsGroup('Messages:').option('--stats', 'print what each stage took');
}

function addInputOptions(command: Command): void {
  addPathArguments(command)
    .optionsGroup('Input:')
    .option(
      '-f, --filename <path>',
      'file, directory, pattern or - for stdin (repeatable)',
      collect,
    )
    .addOption(excludeOption())
    .addOption(new Option('-R, --recursive', 'directories always are').hideHelp())
    .addOption(
      new Option(
        '--from-cluster',
        'list Services, EndpointSlices and Nodes of a cluster, all of them or none',
      ).conflicts('filename'),
    );
  addClusterOptions(command);
  addSettingsOptions(command);
  command.hook('preAction', () => {
    const { fromCluster, kubeconfig, context, base } = command.opts<CompileFlags>();
    const isListed = fromCluster === true || base === 'cluster';
    if (isListed || (kubeconfig === undefined && context === undefined)) return;
    command.error('error: --kubeconfig and --context need --from-cluster');
  });
}

/** Of commands that read directories. */
export const excludeOption = (): Option =>
  new Option(
    '--exclude <pattern>',
    "files and directories to leave out: a name ('values*.yaml'), or a path (repeatable)",
  ).argParser(collect);

/** Which cluster, and how patient to be with it. */
export function addClusterOptions(command: Command): void {
  command
    .optionsGroup('Input:')
    .option(
      '--kubeconfig <file>',
      "for the cluster (default: $KUBECONFIG, ~/.kube/config, or else the pod's service account)",
    )
    .option('--context <name>', "of the kubeconfig (default: the kubeconfig's current one)")
    .option(
      '--request-timeout <time>',
      'how long the API server may take for one request (default: 30s)',
      parseSeconds,
    );
}

/** What decides how objects are read, besides the node. */
export function addSettingsOptions(command: Command): void {
  command.optionsGroup('Input:');
  // Commands that change the kernel have it already, as one that is only named.
  if (!hasNatcConfig(command)) addNatcConfig(command);
  command
    .optionsGroup('Input:')
    .option(
      '--config <file>',
      'KubeProxyConfiguration, or the ConfigMap that holds it; flags win over it',
    )
    .addOption(
      new Option(
        '--validate <mode>',
        'strict (default): what the API server would refuse is an error; warn (default of apply): it is left out, or read as what admits least, with a warning',
      ).choices(['strict', 'warn']),
    )
    .option(
      '--external-ips <policy>',
      "allow; warn (default) where they are known to be others'; deny; or CIDRs: only these are served",
      collectList,
    )
    .addOption(
      new Option(
        '--endpoints-outside <policy>',
        'endpoints that are no pods of a known pod network: allow, warn (default) or deny',
      ).choices(claimPolicies),
    )
    .option(
      '--service-proxy-name <name>',
      'handle only Services labelled for this proxy (default: those without such a label)',
    );
}

export function addNodeOptions(command: Command): void {
  command
    .optionsGroup('Node and network:')
    .option('--node-name <name>', 'which node this is (default: none; then no endpoint is local)')
    .addOption(new Option('--hostname-override <name>', 'the same as --node-name').hideHelp())
    .option(
      '--node-ip <ip,...>',
      "the node's addresses (default: those of its Node object)",
      collectList,
    )
    .option('--zone <zone>', "the node's topology zone (default: that of its Node object)")
    .option(
      '--nodeport-addresses <list>',
      'where node ports listen: CIDRs, primary, localhost, all (default: all local addresses)',
      collectList,
    )
    .option(
      '--localhost-nodeports <true|false>',
      'serve node ports on 127.0.0.0/8 too (default: true)',
      parseBoolean,
    )
    .option(
      '--service-node-port-range <first-last>',
      'valid node ports (default: 30000-32767)',
      parsePortRange,
    )
    .option(
      '--service-cidr <cidr,...>',
      'where unallocated Service addresses are dropped (default: nowhere)',
      collectList,
    )
    .option(
      '--cluster-cidr <cidr,...>',
      "the pods' networks; other sources are masqueraded (default: none)",
      collectList,
    )
    .addOption(
      new Option(
        '--detect-local-mode <mode>',
        "how a local pod's traffic is told: ClusterCIDR (default), NodeCIDR, BridgeInterface, InterfaceNamePrefix",
      ).choices(detectLocalModes),
    )
    .option(
      '--pod-cidr <cidr,...>',
      "this node's pod networks, for NodeCIDR (default: those of its Node object)",
      collectList,
    )
    .option('--pod-bridge-interface <name>', 'for BridgeInterface')
    .option('--pod-interface-name-prefix <prefix>', 'for InterfaceNamePrefix')
    .option('--masquerade-all', 'masquerade all traffic to cluster IPs')
    .addOption(new Option('--no-masquerade-all', 'take back masqueradeAll of --config').hideHelp())
    .option('--masquerade-bit <bit>', 'bit of the packet mark (default: 14)', parseInteger)
    .option('--ip-family <family,...>', 'families to emit (default: ipv4,ipv6)', collectFamilies);
}

export function addMessageOptions(command: Command, quiet = 'print errors only'): void {
  command
    .optionsGroup('Messages:')
    .addOption(
      new Option(
        '--diagnostics <format>',
        'text (default), json, github (default in GitHub Actions) or sarif',
      ).choices(['text', 'json', 'github', 'sarif']),
    )
    .option('--max-diagnostics <number>', 'print at most this many (default: 50)', parseInteger)
    .option('-v, --verbose', 'print notes too')
    .option('-q, --quiet', quiet);
  addColorOptions(command);
}

export function addColorOptions(command: Command): void {
  command
    .addOption(
      new Option('--color <when>', 'auto (default), always or never').choices([
        'auto',
        'always',
        'never',
      ]),
    )
    .addOption(new Option('--no-color', 'the same as --color=never').hideHelp());
}
