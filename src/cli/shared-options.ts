/** Options that several commands share: input, node and message flags, the same everywhere. */
import { type Command, Option } from 'commander';
import type { CommandOptions } from '../command-options.ts';
import { type CompileOptions, optionNames } from '../options.ts';
import {
  addNatcConfig,
  hasNatcConfig,
  type NatcConfigFlags,
} from './config/natc-config-options.ts';
import { colorModes } from './messages/color.ts';
import {
  diagnosticsFormats,
  type MessageFlags,
  messageDefaults,
} from './messages/message-flags.ts';
import { parseInteger } from './option-values.ts';
import { commandOption, compileOption, named, optionWith } from './table-options.ts';
import { addPathArguments } from './usage/path-arguments.ts';

type ClusterOption = 'kubeconfig' | 'context' | 'requestTimeout';

/** What a command that compiles finds in `command.opts()`. A flag that was not given is absent. */
export interface CompileFlags
  extends MessageFlags,
    NatcConfigFlags,
    Partial<CompileOptions>,
    Partial<
      Pick<CommandOptions, 'filename' | 'exclude' | 'fromCluster' | 'config' | ClusterOption>
    > {
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
    .addOption(commandOption('filename'))
    .addOption(commandOption('exclude'))
    .addOption(new Option('-R, --recursive', 'directories always are').hideHelp())
    .addOption(commandOption('fromCluster').conflicts('filename'));
  addClusterOptions(command);
  addSettingsOptions(command);
  command.hook('preAction', () => {
    const { fromCluster, kubeconfig, context, base } = command.opts<CompileFlags>();
    const isListed = fromCluster === true || base === 'cluster';
    if (isListed || (kubeconfig === undefined && context === undefined)) return;
    command.error('error: --kubeconfig and --context need --from-cluster');
  });
}

/** Which cluster, and how patient to be with it. */
export function addClusterOptions(command: Command): void {
  command
    .optionsGroup('Input:')
    .addOption(commandOption('kubeconfig'))
    .addOption(commandOption('context'))
    .addOption(commandOption('requestTimeout'));
}

/** What decides how objects are read, besides the node. */
export function addSettingsOptions(command: Command): void {
  command.optionsGroup('Input:');
  // Commands that change the kernel have it already, as one that is only named.
  if (!hasNatcConfig(command)) addNatcConfig(command);
  command.optionsGroup('Input:').addOption(commandOption('config'));
  for (const name of readingOptions) command.addOption(compileOption(name));
}

const readingOptions = [
  'validate',
  'externalIPs',
  'endpointsOutside',
  'serviceProxyName',
] as const satisfies readonly (keyof CompileOptions)[];

const nodeOptions = optionNames.filter((name) => !readingOptions.some((other) => other === name));

/** The name that kube-proxy has for `--node-name`, which wins. */
const hostnameOverride = (): Option =>
  named(new Option('--hostname-override <name>', 'the same as --node-name'), 'nodeName')
    .argParser((value: string, previous: string | undefined) => previous ?? value)
    .hideHelp();

const noMasqueradeAll = (): Option =>
  named(
    new Option('--no-masquerade-all', 'take back masqueradeAll of --config'),
    'masqueradeAll',
  ).hideHelp();

export function addNodeOptions(command: Command): void {
  command.optionsGroup('Node and network:');
  for (const name of nodeOptions) command.addOption(compileOption(name));
  command.addOption(hostnameOverride()).addOption(noMasqueradeAll());
}

export function addMessageOptions(command: Command, quiet = 'print errors only'): void {
  const { color, diagnostics, maxDiagnostics } = messageDefaults;
  const formats = '{text}, json, github (default in GitHub Actions) or sarif';
  command
    .optionsGroup('Messages:')
    .addOption(
      optionWith('--diagnostics <format>', formats, diagnostics).choices(diagnosticsFormats),
    )
    .addOption(
      optionWith('--max-diagnostics <number>', 'print at most this many', maxDiagnostics).argParser(
        parseInteger,
      ),
    )
    .option('-v, --verbose', 'print notes too')
    .option('-q, --quiet', quiet)
    .addOption(optionWith('--color <when>', '{auto}, always or never', color).choices(colorModes))
    .addOption(new Option('--no-color', 'the same as --color=never').hideHelp());
}
