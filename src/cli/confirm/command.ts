import { reportRollback } from '../apply/report.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { addHostOptions, changeOptions, type HostFlags } from '../host-options.ts';
import type { MessageFlags } from '../messages/message-flags.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { addMessageOptions } from '../shared-options.ts';

export const confirmCommand: CommandDefinition = {
  description:
    'Keep the change that apply --confirm-timeout made: it is not rolled back. Ends with 1 when nothing ' +
    'waits to be confirmed, and when its time is over: then the change is undone.',
  configure: (command) => {
    addHostOptions(command);
    addMessageOptions(command);
  },
  examples: [
    {
      does: 'Over ssh: confirmed only if the connection still works',
      command: 'natc apply -f manifests/ --confirm-timeout 1m\nnatc confirm',
    },
    {
      does: 'From another machine: if a new connection gets through, keep it',
      command: 'ssh node-7 natc confirm',
    },
  ],
  exitCodes: [exitCodes.no, exitCodes.hostRefused, exitCodes.lockTimeout, exitCodes.incomplete],
  run: async (command, terminal) => {
    const flags = command.opts<HostFlags & MessageFlags>();
    const { confirm } = await import('../../backends/confirm.ts');
    const host = await thisHost(terminal, flags.commandTimeout);
    const outcome = await confirm(host, changeOptions(flags));
    const say = async (text: string) => {
      if (flags.quiet !== true) await terminal.stderr.write(text);
    };
    switch (outcome.kind) {
      case 'confirmed':
        await say('confirmed\n');
        return exitCodes.success;
      case 'nothing':
        await say('nothing waits to be confirmed\n');
        return exitCodes.no;
      case 'lock-timeout':
        await say('natc: another natc holds the lock\n');
        return exitCodes.lockTimeout;
      case 'damaged':
        await printDiagnostics(outcome.diagnostics, flags, terminal);
        return exitCodes.no;
      case 'undone': {
        const { confirmedTooLate, resultOf } = await import('../apply/undone.ts');
        const what = resultOf(outcome.outcome);
        if (what === undefined) return reportRollback(outcome.outcome, flags, terminal);
        await printDiagnostics([confirmedTooLate(outcome.ago, what)], flags, terminal);
        return exitCodes.no;
      }
      case 'refused':
        await printDiagnostics(outcome.diagnostics, flags, terminal);
        return exitCodes.hostRefused;
    }
  },
};
