import type { Command } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const completionCommand = (buildProgram: () => Promise<Command>): CommandDefinition => ({
  description: 'Print a completion script, to be read by the shell at its start.',
  configure: (command) => {
    command.addArgument(
      command.createArgument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']),
    );
  },
  examples: [
    { does: 'In ~/.bashrc', command: 'source <(natc completion bash)' },
    {
      does: 'Once, for fish',
      command: 'natc completion fish > ~/.config/fish/completions/natc.fish',
    },
  ],
  exitCodes: [],
  run: async (command, terminal) => {
    const { completionScripts } = await import('../completion-scripts.ts');
    const program = await buildProgram();
    const shell = command.args[0] as keyof typeof completionScripts;
    await terminal.stdout.write(completionScripts[shell](program.commands.map(describe)));
    return exitCodes.success;
  },
});

const describe = (command: Command) => ({
  name: command.name(),
  summary: command.summary(),
  options: command.createHelp().visibleOptions(command),
  words: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  takesFiles: command.registeredArguments.some(({ variadic }) => variadic),
});
