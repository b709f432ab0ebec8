import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { Backend } from '../../live/backend.ts';
import type { Host } from '../../live/host.ts';
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
import { reportRollback } from '../report-apply.ts';
import { addMessageOptions, type MessageFlags } from '../shared-options.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends HostFlags, BackendFlags, MessageFlags {
  readonly unlessConfirmed?: string;
}

export const rollbackCommand: CommandDefinition = {
  description:
    'Go back to the revision before the one in the kernel, in one transaction. The state directory ' +
    'keeps the last 5. Stop what applies regularly first: it would apply its input again.',
  configure: (command) => {
    addBackendOption(addHostOptions(command), 'the one that holds rules of natc').addOption(
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
  const { unlessConfirmed, stateDir } = flags;
  const options = changeOptions(flags);
  const { namingCapabilities } = await import('../../live/capabilities.ts');
  if (unlessConfirmed === undefined) {
    const { rollBack } = await waysBack(await backendOf(host, flags));
    const outcome = await namingCapabilities(host, await rollBack(host, options));
    return reportRollback(outcome, flags, terminal);
  }
  await waitForDeadline(stateDir, unlessConfirmed);
  const { hasTables } = await import('../../live/iptables-store.ts');
  const isIptables = await hasTables(stateDir, unlessConfirmed);
  const { rollBackUnconfirmed } = await waysBack(isIptables ? 'iptables' : 'nftables');
  const undone = await rollBackUnconfirmed(host, unlessConfirmed, options);
  return reportRollback(await namingCapabilities(host, undone), flags, terminal);
}

async function backendOf(host: Host, { backend, stateDir }: Flags): Promise<Backend> {
  if (backend !== 'auto') return backend;
  const { backendInUse } = await import('../../live/backend-in-use.ts');
  return backendInUse(host, stateDir);
}

async function waysBack(backend: Backend) {
  if (backend === 'nftables') return import('../../live/rollback.ts');
  const ways = await import('../../live/rollback-iptables.ts');
  return {
    rollBack: ways.rollBackIptables,
    rollBackUnconfirmed: ways.rollBackUnconfirmedIptables,
  };
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
