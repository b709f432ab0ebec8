import { Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { addCompileOptions, type CompileFlags } from '../shared-options.ts';
import { withCompiled } from '../with-compiled.ts';

interface Flags extends CompileFlags {
  readonly output: 'table' | 'json';
}

export const listCommand: CommandDefinition = {
  description:
    'List the Services with their addresses, ready endpoints and what is special about them: ' +
    'session affinity, refused or dropped connections, and what a health check would answer.',
  configure: (command) => {
    command
      .optionsGroup('Output:')
      .addOption(
        new Option('-o, --output <format>', 'table (default) or json')
          .choices(['table', 'json'])
          .default('table'),
      );
    addCompileOptions(command);
  },
  examples: [
    { does: 'What is in a directory of manifests?', command: 'natc list -f manifests/' },
    {
      does: 'What would this node serve?',
      command: 'natc list --from-cluster --node-name "$(hostname)" --validate warn',
    },
  ],
  exitCodes: [],
  run: (command, terminal) => {
    const flags = command.opts<Flags>();
    return withCompiled(flags, terminal, async ({ plan }) => {
      const { summarise } = await import('../../plan/summary.ts');
      const rows = summarise(plan);
      if (flags.output === 'json') {
        await terminal.stdout.write(`${JSON.stringify({ version: 1, services: rows }, null, 2)}\n`);
      } else {
        const { formatSummaryTable } = await import('../format-summary.ts');
        await terminal.stdout.write(formatSummaryTable(rows));
      }
      return exitCodes.success;
    });
  },
};
