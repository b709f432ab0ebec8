import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { addHostOptions, type HostFlags } from '../host-options.ts';
import { parseInteger } from '../option-values.ts';
import { reportApply } from '../report-apply.ts';
import { addCompileOptions, type CompileFlags } from '../shared-options.ts';
import { withCompiled } from '../with-compiled.ts';

interface Flags extends CompileFlags, HostFlags {
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
    const flags = command.opts<Flags>();
    return withCompiled(flags, terminal, async ({ plan, ruleset }) => {
      const { applyRuleset } = await import('../../live/apply.ts');
      const { requiredSysctls } = await import('../../live/sysctl.ts');
      const { takeLock } = await import('../../live/lock.ts');
      const outcome = await applyRuleset(await thisHost(terminal), plan, ruleset, {
        stateDirectory: flags.stateDir,
        lock: () => takeLock(flags.stateDir, flags.lockTimeout),
        verify: flags.verify === true,
        maxRemovals: flags.allowMassRemoval === true ? undefined : flags.maxRemovals,
        sysctls: flags.sysctl ? requiredSysctls(plan) : [],
        now: () => Math.floor(Date.now() / 1000),
      });
      return reportApply(outcome, flags, terminal);
    });
  },
};
