import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export const completionCommand: CommandDefinition = {
  description:
    'Print a completion script, to be read by the shell at its start. It completes commands, options, their values, diagnostic codes, and the Services of the files on the line.',
  configure: (command) => {
    command.addArgument(command.createArgument('<shell>', 'bash, zsh or fish').choices(shells));
  },
  examples: [
    { does: 'In ~/.bashrc', command: 'source <(natc completion bash)' },
    { does: 'In ~/.zshrc, after compinit', command: 'source <(natc completion zsh)' },
    {
      does: 'Once, for fish',
      command: 'natc completion fish > ~/.config/fish/completions/natc.fish',
    },
  ],
  exitCodes: [],
  run: async (command, terminal) => {
    const { completionScripts } = await import('./scripts.ts');
    await terminal.stdout.write(completionScripts[command.args[0] as (typeof shells)[number]]);
    return exitCodes.success;
  },
};
