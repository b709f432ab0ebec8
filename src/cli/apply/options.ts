import { type Command, Option } from 'commander';
import type { CommandOptions } from '../../command-options.ts';
import { type BindAddress, healthzPort, metricsPort } from '../../serve/bind-address.ts';
import {
  addBackendOption,
  addHostOptions,
  type BackendFlags,
  type HostFlags,
} from '../host-options.ts';
import { bindAddressParser, parseMilliseconds, parseSeconds } from '../option-values.ts';
import { addCompileOptions, type CompileFlags } from '../shared-options.ts';
import { choiceOption, commandOption, optionWith } from '../table-options.ts';

/** What `natc apply` finds in `command.opts()`. */
export interface ApplyFlags
  extends CompileFlags,
    HostFlags,
    BackendFlags,
    Pick<CommandOptions, 'sysctl' | 'protectPorts' | 'maxRemovals'>,
    Partial<Pick<CommandOptions, 'assert'>> {
  readonly verify?: boolean;
  readonly dryRun?: true | 'kernel';
  /** Seconds. */
  readonly confirmTimeout?: number;
  readonly allowMassRemoval?: boolean;
  readonly force?: boolean;
  readonly follow?: boolean;
  /** Milliseconds. */
  readonly minSyncPeriod: number;
  /** Milliseconds. */
  readonly syncPeriod: number;
  readonly logFormat: LogFormat;
  readonly healthzBindAddress: BindAddress | 'none';
  readonly metricsBindAddress: BindAddress | 'none';
}

export type LogFormat = 'text' | 'json';

export function addApplyOptions(command: Command): void {
  addHostOptions(command);
  addBackendOption(command, 'nftables where nft and the kernel are able');
  command
    .option('--verify', 'list all that the kernel holds, and repair what others changed in it')
    .addOption(
      new Option(
        '--dry-run [kernel]',
        'print the transaction and change nothing; =kernel: have the kernel check it too',
      ).choices(['kernel']),
    )
    .option(
      '--confirm-timeout <time>',
      'roll back after this time (30s, 2m) unless natc confirm comes',
      parseSeconds,
    )
    .addOption(commandOption('maxRemovals'))
    .option('--allow-mass-removal', 'remove whatever the input lacks, all Services if need be')
    .addOption(commandOption('protectPorts'))
    .addOption(commandOption('assert'))
    .option('--force', 'go ahead where another service proxy serves the same addresses')
    .addOption(commandOption('sysctl'));
  addFollowOptions(command);
  addCompileOptions(
    command,
    'print errors, and warnings that are new or gone; nothing when all is well as before',
  );
}

/** Of `--follow`; without it they are a usage error. */
function addFollowOptions(command: Command): void {
  command
    .optionsGroup('Following a cluster:')
    .addOption(
      new Option(
        '--follow',
        'stay, watch the cluster of --from-cluster, and apply what changes until SIGTERM',
      ).conflicts(['dryRun', 'confirmTimeout', 'stats']),
    )
    .addOption(
      followOption(
        '--min-sync-period <time>',
        'gather changes for so long after one was applied: 0, 500ms, 2s',
        '1s',
        parseMilliseconds,
      ),
    )
    .addOption(
      followOption(
        '--sync-period <time>',
        'how often to list all that the kernel holds, and repair it',
        '1h',
        parseMilliseconds,
      ),
    )
    .addOption(
      choiceOption(
        '--log-format <format>',
        'lines of {text}, or a JSON object a line',
        ['text', 'json'],
        'text',
      ),
    )
    .addOption(
      followOption(
        '--healthz-bind-address <address>',
        "where to answer /healthz and /livez; '' for nowhere",
        `0.0.0.0:${healthzPort}`,
        bindAddressParser(healthzPort),
      ),
    )
    .addOption(
      followOption(
        '--metrics-bind-address <address>',
        `where to answer /metrics: 127.0.0.1:${metricsPort}`,
        '',
        bindAddressParser(metricsPort),
      ),
    );
  const { options } = command;
  const ofFollow = options.slice(options.findIndex(({ long }) => long === '--follow') + 1);
  command.hook('preAction', () => {
    const flags = command.opts<ApplyFlags>();
    if (flags.follow === true && flags.fromCluster !== true)
      command.error('error: --follow needs --from-cluster');
    if (flags.follow === true && flags.syncPeriod === 0)
      command.error('error: --sync-period must be longer than 0');
    if (flags.follow === true) return;
    const needing = ofFollow.find(
      (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
    );
    if (needing !== undefined) command.error(`error: ${needing.long} needs --follow`);
  });
}

/** @param byDefault as it would be given; empty: nowhere */
const followOption = <Value>(
  flags: string,
  help: string,
  byDefault: string,
  parse: (text: string) => Value,
): Option =>
  optionWith(flags, help, byDefault, 'nowhere').argParser(parse).default(parse(byDefault));
