import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { addBackendOption } from '../host-options.ts';
import {
  answeringDemands,
  compileInput,
  inputPaths,
  judgingDemands,
} from '../input/compile-input.ts';
import { addCompletionOptions } from '../input/completion-options.ts';
import { reportNoInput } from '../input/with-compiled.ts';
import { addCompileOptions } from '../shared-options.ts';
import { commandOption } from '../table-options.ts';
import type { CheckFlags } from './options.ts';

export const checkCommand: CommandDefinition = {
  description:
    "Report everything wrong with the manifests, then have this machine's kernel check the ruleset in a " +
    'throw-away network namespace. Looks at the sysctls of this machine too, and for chains of others that drop ' +
    'what natc forwards. Nothing on the host changes.',
  configure: (command) => {
    command
      .optionsGroup('Check:')
      .addOption(commandOption('failOn'))
      .addOption(commandOption('kernel'))
      .addOption(
        commandOption('sysctl', {
          help: "leave this machine's sysctls, and what others drop on it, out",
        }),
      );
    addBackendOption(command, 'what apply would take on this machine', 'Check:');
    addCompletionOptions(command, true);
    addCompileOptions(command);
  },
  examples: [
    { does: 'Check a directory of manifests', command: 'natc check -f manifests/' },
    {
      does: 'In CI, where there is no nft: warnings fail too, results for code scanning',
      command:
        'natc check -f manifests/ --no-kernel --no-sysctl --fail-on warning --diagnostics sarif > natc.sarif',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused],
  run: async (command, terminal) => {
    const flags = command.opts<CheckFlags>();
    const paths = inputPaths(flags, terminal);
    if (paths === undefined) return reportNoInput(terminal);
    const { finishCheck } = await import('./report.ts');
    return finishCheck(
      await compileInput(flags, paths, terminal, {
        ...judgingDemands,
        ...answeringDemands,
      }),
      flags,
      terminal,
    );
  },
};
