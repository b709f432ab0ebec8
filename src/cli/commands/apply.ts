import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import {
  addBackendOption,
  addHostOptions,
  type BackendFlags,
  type HostFlags,
} from '../host-options.ts';
import { parseInteger } from '../option-values.ts';
import { addCompileOptions, type CompileFlags } from '../shared-options.ts';
import { withCompiled } from '../with-compiled.ts';

export interface ApplyFlags extends CompileFlags, HostFlags, BackendFlags {
  readonly sysctl: boolean;
  readonly verify?: boolean;
  readonly maxRemovals: number;
  readonly allowMassRemoval?: boolean;
}

export const applyCommand: CommandDefinition = {
  description:
    'Make the kernel hold the ruleset by sending only what differs, in one transaction, so that there ' +
    'is never a half state and connections, counters and session affinity live on. Afterwards moves on ' +
    'clients of lost endpoints, removes stale UDP connections and sets the sysctls that the rules need.',
  configure: (command) => {
    addHostOptions(command);
    addBackendOption(command, 'nftables where nft and the kernel are able');
    command
      .option('--verify', 'list all that the kernel holds, and repair what others changed in it')
      .option(
        '--max-removals <percent>',
        "refuse to remove more than this part of the kernel's Services",
        parseInteger,
        50,
      )
      .option('--allow-mass-removal', 'remove whatever the input lacks, all Services if need be')
      .option('--no-sysctl', 'leave sysctls alone');
    addCompileOptions(command);
  },
  examples: [
    {
      does: 'From cron, on a node',
      command:
        'kubectl get services,endpointslices,nodes -A -o json |\n' +
        '  natc apply -f - --node-name "$(hostname)" --validate warn',
    },
    {
      does: 'In a network namespace, with the settings of a kube-proxy',
      command: 'ip netns exec blue natc apply -f manifests/ --config kube-proxy.yaml',
    },
  ],
  exitCodes: [
    exitCodes.hostRefused,
    exitCodes.guardRefused,
    exitCodes.lockTimeout,
    exitCodes.incomplete,
  ],
  run: (command, terminal) => {
    const flags = command.opts<ApplyFlags>();
    return withCompiled(flags, terminal, async (output) => {
      const { runApply } = await import('../run-apply.ts');
      return runApply(output, flags, terminal);
    });
  },
};
