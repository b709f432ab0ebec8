import { type Command, Option } from 'commander';
import { type ClaimPolicy, claimPolicies, commandDefaults } from '../options.ts';
import {
  addBackendOption,
  addHostOptions,
  type BackendFlags,
  type HostFlags,
} from './host-options.ts';
import { parseInteger, parseSeconds } from './option-values.ts';
import { addCompileOptions, type CompileFlags } from './shared-options.ts';

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
}

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
    .option('--force', 'go ahead where another service proxy serves the same addresses')
    .option('--no-sysctl', 'leave sysctls alone');
  addCompileOptions(
    command,
    'print errors, and warnings that are new or gone; nothing when all is well as before',
  );
}
