import { type Command, Option } from 'commander';
import { type ClaimPolicy, claimPolicies, commandDefaults } from '../../options.ts';
import { type BindAddress, healthzPort, metricsPort } from '../../serve/bind-address.ts';
import {
  addBackendOption,
  addHostOptions,
  type BackendFlags,
  type HostFlags,
} from '../host-options.ts';
import {
  bindAddressParser,
  collect,
  parseInteger,
  parseMilliseconds,
  parseSeconds,
} from '../option-values.ts';
import { addCompileOptions, type CompileFlags } from '../shared-options.ts';

/** What `natc apply` finds in `command.opts()`. */
export interface ApplyFlags extends CompileFlags, HostFlags, BackendFlags {
  readonly sysctl: boolean;
  readonly verify?: boolean;
  readonly dryRun?: true | 'kernel';
  /** Seconds. */
  readonly confirmTimeout?: number;
  readonly protectPorts: ClaimPolicy;
  readonly maxRemovals: number;
  readonly allowMassRemoval?: boolean;
  readonly force?: boolean;
  readonly assert?: readonly string[];
  readonly follow?: boolean;
  /** Milliseconds. */
  readonly minSyncPeriod?: number;
  /** Milliseconds. */
  readonly syncPeriod?: number;
  readonly logFormat?: LogFormat;
  readonly healthzBindAddress?: BindAddress | 'none';
  readonly metricsBindAddress?: BindAddress | 'none';
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
    .option(
      '--max-removals <percent>',
      "refuse to remove more than this part of the kernel's Services",
      parseInteger,
      commandDefaults.maxRemovals,
    )
    .option('--allow-mass-removal', 'remove whatever the input lacks, all Services if need be')
    .addOption(
      new Option(
        '--protect-ports <policy>',
        'Service ports that take connections from a process of this node: allow, warn or deny',
      )
        .choices(claimPolicies)
        .default(commandDefaults.protectPorts),
    )
    .addOption(
      new Option(
        '--assert <file>',
        'refuse what breaks an assertion of the file, see natc assert (repeatable)',
      ).argParser(collect),
    )
    .option('--force', 'go ahead where another service proxy serves the same addresses')
    .option('--no-sysctl', 'leave sysctls alone');
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
    .option(
      '--min-sync-period <time>',
      'gather changes for so long after one was applied: 0, 500ms, 2s (default: 1s)',
      parseMilliseconds,
    )
    .option(
      '--sync-period <time>',
      'how often to list all that the kernel holds, and repair it (default: 1h)',
      parseMilliseconds,
    )
    .addOption(
      new Option(
        '--log-format <format>',
        'lines of text (default), or a JSON object a line',
      ).choices(['text', 'json']),
    )
    .option(
      '--healthz-bind-address <address>',
      "where to answer /healthz and /livez; '' for nowhere (default: 0.0.0.0:10256)",
      bindAddressParser(healthzPort),
    )
    .option(
      '--metrics-bind-address <address>',
      'where to answer /metrics: 127.0.0.1:10249 (default: nowhere)',
      bindAddressParser(metricsPort),
    );
  command.hook('preAction', () => {
    const flags = command.opts<ApplyFlags>();
    if (flags.follow === true && flags.fromCluster !== true)
      command.error('error: --follow needs --from-cluster');
    if (flags.follow === true && flags.syncPeriod === 0)
      command.error('error: --sync-period must be longer than 0');
    if (flags.follow === true) return;
    const needing = [
      flags.minSyncPeriod === undefined ? undefined : '--min-sync-period',
      flags.syncPeriod === undefined ? undefined : '--sync-period',
      flags.logFormat === undefined ? undefined : '--log-format',
      flags.healthzBindAddress === undefined ? undefined : '--healthz-bind-address',
      flags.metricsBindAddress === undefined ? undefined : '--metrics-bind-address',
    ].find((flag) => flag !== undefined);
    if (needing !== undefined) command.error(`error: ${needing} needs --follow`);
  });
}
