import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readCompileInput } from '../input/compile-input.ts';
import { printDiagnostics } from '../messages/messages.ts';
import {
  addMessageOptions,
  addNodeOptions,
  addSettingsOptions,
  type CompileFlags,
} from '../shared-options.ts';
import { choiceOption } from '../table-options.ts';

interface Flags extends CompileFlags {
  readonly output: 'table' | 'json';
}

export const configCommand: CommandDefinition = {
  description:
    'Show the settings that flags, natc.yaml and the KubeProxyConfiguration together give, and where each ' +
    'comes from: a flag, a line of a file, or the default. What a compilation would refuse is refused here too.',
  configure: (command) => {
    command
      .optionsGroup('Output:')
      .addOption(
        choiceOption('-o, --output <format>', '{table} or json', ['table', 'json'], 'table'),
      );
    addSettingsOptions(command);
    addNodeOptions(command);
    addMessageOptions(command);
  },
  examples: [
    { does: 'What holds in this directory?', command: 'natc config' },
    {
      does: "What natc takes from a kube-proxy's configuration, and nothing else",
      command: 'natc config --config kube-proxy.yaml --no-natc-config',
    },
    {
      does: 'Where a setting of a node comes from',
      command:
        'natc config --natc-config /etc/natc/natc.yaml -o json |\n' +
        `  jq '.settings[] | select(.key == "clusterCIDR")'`,
    },
  ],
  exitCodes: [],
  run: async (command, terminal) => {
    const { hasErrors } = await import('../../diagnostics/diagnostic.ts');
    const { formatSettings, formatSettingsJson, settingsOf } = await import('./format-settings.ts');
    const flags = command.opts<Flags>();
    const { buildModel } = await import('../../model/model.ts');
    const { locate } = await import('../../read/locate.ts');
    const { effective, optionPlaces, ...read } = await readCompileInput(flags, []);
    const model = buildModel([], effective.options, optionPlaces);
    const diagnostics = [...read.diagnostics, ...model.diagnostics];
    await printDiagnostics(diagnostics, flags, terminal);
    if (hasErrors(diagnostics)) return exitCodes.cannotAnswer;
    const format = flags.output === 'json' ? formatSettingsJson : formatSettings;
    await terminal.stdout.write(format(settingsOf(effective, flags), locate));
    return exitCodes.success;
  },
};
