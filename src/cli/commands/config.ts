import type { CommandDefinition } from '../command.ts';
import { readCompileInput } from '../compile-input.ts';
import { exitCodes } from '../exit-codes.ts';
import { printDiagnostics } from '../messages.ts';
import {
  addMessageOptions,
  addNodeOptions,
  addSettingsOptions,
  type CompileFlags,
} from '../shared-options.ts';

export const configCommand: CommandDefinition = {
  description:
    'Show the settings that the flags and the configuration file together give, and where each comes ' +
    'from: a flag, the file, or the default. What a compilation would refuse is refused here too.',
  configure: (command) => {
    addSettingsOptions(command);
    addNodeOptions(command);
    addMessageOptions(command);
  },
  examples: [
    { does: 'The defaults', command: 'natc config' },
    {
      does: "What natc takes from a kube-proxy's configuration",
      command: 'natc config --config kube-proxy.yaml --masquerade-all',
    },
  ],
  exitCodes: [],
  run: async (command, terminal) => {
    const { hasErrors } = await import('../../diagnostics/diagnostic.ts');
    const { formatSettings } = await import('../format-settings.ts');
    const flags = command.opts<CompileFlags>();
    const { buildModel } = await import('../../model/model.ts');
    const { effective, optionPlaces, ...read } = await readCompileInput(flags, []);
    const model = buildModel([], effective.options, optionPlaces);
    const diagnostics = [...read.diagnostics, ...model.diagnostics];
    await printDiagnostics(diagnostics, flags, terminal);
    if (hasErrors(diagnostics)) return exitCodes.cannotAnswer;
    await terminal.stdout.write(formatSettings(effective, flags.config));
    return exitCodes.success;
  },
};
