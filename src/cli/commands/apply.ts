import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { printDiagnostics } from '../messages.ts';
import { addCompileOptions, type CompileFlags } from '../shared-options.ts';
import { withCompiled } from '../with-compiled.ts';

interface Flags extends CompileFlags {
  readonly sysctl: boolean;
}

export const applyCommand: CommandDefinition = {
  description:
    'Make the kernel hold the ruleset: one transaction, so that there is never a half state. Applying ' +
    'the same again changes nothing for packets. Sets the sysctls that the rules rely on.',
  configure: (command) => {
    command.optionsGroup('Host:').option('--no-sysctl', 'leave sysctls alone');
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
  exitCodes: [exitCodes.hostRefused, exitCodes.incomplete],
  run: (command, terminal) => {
    const flags = command.opts<Flags>();
    return withCompiled(flags, terminal, async ({ plan, ruleset }) => {
      const { applyRuleset } = await import('../../live/apply.ts');
      const { requiredSysctls } = await import('../../live/sysctl.ts');
      const sysctls = flags.sysctl ? requiredSysctls(plan) : [];
      const outcome = await applyRuleset(await thisHost(terminal), ruleset, sysctls);
      switch (outcome.kind) {
        case 'applied':
          return exitCodes.success;
        case 'refused':
          await printDiagnostics(outcome.diagnostics, flags, terminal);
          return exitCodes.hostRefused;
        case 'incomplete':
          await printDiagnostics(outcome.diagnostics, flags, terminal);
          return exitCodes.incomplete;
      }
    });
  },
};
