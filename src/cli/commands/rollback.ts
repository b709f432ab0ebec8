import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { addHostOptions, changeOptions, type HostFlags, secondsNow } from '../host-options.ts';
import { reportRollback } from '../report-apply.ts';
import { addMessageOptions, type MessageFlags } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends HostFlags, MessageFlags {
  readonly unlessConfirmed?: string;
}

export const rollbackCommand: CommandDefinition = {
  description:
    'Go back to the revision before the one in the kernel, in one transaction. The state directory ' +
    'keeps the last 5. Stop what applies regularly first: it would apply its input again.',
  configure: (command) => {
    addHostOptions(command).addOption(
      // What apply --confirm-timeout starts in the background.
      new Option('--unless-confirmed <digest>', 'wait, then undo this revision').hideHelp(),
    );
    addMessageOptions(command);
  },
  examples: [
    {
      does: 'Undo the last apply, and keep the timer from doing it again',
      command: 'systemctl stop natc.timer && natc rollback',
    },
    { does: 'Undo a change that was to be confirmed, without waiting', command: 'natc rollback' },
  ],
  exitCodes: [exitCodes.hostRefused, exitCodes.lockTimeout, exitCodes.incomplete],
  run,
};

async function run(command: Command, terminal: Terminal) {
  const flags = command.opts<Flags>();
  const host = await thisHost(terminal, flags.commandTimeout);
  const { rollBack, rollBackUnconfirmed } = await import('../../live/rollback.ts');
  if (flags.unlessConfirmed === undefined)
    return reportRollback(await rollBack(host, changeOptions(flags)), flags, terminal);
  await waitForDeadline(flags.stateDir, flags.unlessConfirmed);
  const outcome = await rollBackUnconfirmed(host, flags.unlessConfirmed, changeOptions(flags));
  return reportRollback(outcome, flags, terminal);
}

/** Until the time is up, or nothing waits to be confirmed any more. */
async function waitForDeadline(stateDirectory: string, digest: string): Promise<void> {
  const { loadPending } = await import('../../live/confirmation.ts');
  for (;;) {
    const pending = await loadPending(stateDirectory);
    if (pending?.digest !== digest || pending.deadline <= secondsNow()) return;
    await sleep(200);
  }
}
