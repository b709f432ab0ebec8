import { type Command, Option } from 'commander';
import { loadBackend } from '../../backends/table.ts';
import type { Host } from '../../host/machine/host.ts';
import type { BackendName } from '../../options.ts';
import { reportRollback } from '../apply/report.ts';
import type { CommandDefinition } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import {
  addBackendOption,
  addHostOptions,
  type BackendFlags,
  changeOptions,
  type HostFlags,
  secondsNow,
} from '../host-options.ts';
import type { MessageFlags } from '../messages/message-flags.ts';
import { printDiagnostics } from '../messages/messages.ts';
import { addMessageOptions } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends HostFlags, BackendFlags, MessageFlags {
  readonly unlessConfirmed?: string;
  readonly backTo?: string;
}

export const rollbackCommand: CommandDefinition = {
  description:
    'Go back to the revision before the one in the kernel, in one transaction. The state directory ' +
    'keeps the last 5. Stop what applies regularly first: it would apply its input again.',
  configure: (command) => {
    // What apply --confirm-timeout starts in the background has two more.
    addBackendOption(addHostOptions(command), 'the one that holds rules of natc')
      .addOption(new Option('--unless-confirmed <digest>', 'wait, then undo this').hideHelp())
      .addOption(new Option('--back-to <digest>', 'what was there before').hideHelp());
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
  const { unlessConfirmed, backTo } = flags;
  if (unlessConfirmed !== undefined) {
    const backend = flags.backend === 'auto' ? undefined : flags.backend;
    const change = { digest: unlessConfirmed, previous: backTo, backend };
    const { rollBackUnlessConfirmed } = await import('../confirm/watcher.ts');
    return rollBackUnlessConfirmed(host, change, flags, terminal);
  }
  const { namingCapabilities } = await import('../../host/machine/capabilities.ts');
  const { damagedPending, pendencyOf } = await import('../../host/state/confirmation.ts');
  const pendency = await pendencyOf(flags.stateDir, secondsNow());
  if (pendency.kind === 'damaged') {
    await printDiagnostics([damagedPending(flags.stateDir)], flags, terminal);
  }
  const made = 'change' in pendency ? pendency.change.backend : undefined;
  const backend = await loadBackend(await backendOf(host, flags, made));
  const outcome = await namingCapabilities(
    host,
    await backend.rollBack(host, changeOptions(flags)),
  );
  return reportRollback(outcome, flags, terminal);
}

/** @param made through what the change was made that is to be confirmed */
async function backendOf(
  host: Host,
  { backend, stateDir }: Flags,
  made: BackendName | undefined,
): Promise<BackendName> {
  if (backend !== 'auto') return backend;
  const { backendInUse } = await import('../../backends/in-use.ts');
  return made ?? backendInUse(host, stateDir);
}
