import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { printDiagnostics } from '../messages.ts';
import { addMessageOptions, type MessageFlags } from '../shared-options.ts';

export const cleanupCommand: CommandDefinition = {
  description:
    'Remove what apply made: the tables "ip natc" and "ip6 natc", and nothing else. Sysctls stay as ' +
    'they are.',
  configure: addMessageOptions,
  examples: [
    { does: 'Take natc off a node', command: 'natc cleanup' },
    { does: 'The same in a named network namespace', command: 'ip netns exec blue natc cleanup' },
  ],
  exitCodes: [exitCodes.hostRefused],
  run: async (command, terminal) => {
    const { cleanUp } = await import('../../live/cleanup.ts');
    const flags = command.opts<MessageFlags>();
    const outcome = await cleanUp(await thisHost(terminal));
    await printDiagnostics(outcome.diagnostics, flags, terminal);
    if (outcome.kind === 'refused') return exitCodes.hostRefused;
    if (flags.quiet !== true) {
      const removed = outcome.tables.map((table) => `table ${table}`).join(' and ');
      await terminal.stderr.write(removed === '' ? 'nothing to remove\n' : `removed ${removed}\n`);
    }
    return exitCodes.success;
  },
};
