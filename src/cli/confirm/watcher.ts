import { setTimeout as sleep } from 'node:timers/promises';
import { namingCapabilities } from '../../host/machine/capabilities.ts';
import { childOptions } from '../../host/machine/child-options.ts';
import type { Host } from '../../host/machine/host.ts';
import {
  type Confirmation,
  type PendingChange,
  pendencyOf,
} from '../../host/state/confirmation.ts';
import { reportRollback } from '../apply/report.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { changeOptions, type HostFlags, secondsNow } from '../host-options.ts';
import type { MessageFlags } from '../messages/message-flags.ts';
import type { Terminal } from '../terminal.ts';
import { thisProgram } from '../this-program.ts';

/**
 * `natc rollback --unless-confirmed` as a process of its own session, without a terminal: the end of
 * an ssh session, whose signals go to the sessions of its terminal, does not reach it.
 */
export const confirmationOf = (seconds: number, flags: HostFlags): Confirmation => ({
  seconds,
  startWatcher: async ({ digest, previous, backend = 'auto' }) => {
    const [program, ...first] = thisProgram();
    const backTo = previous === undefined ? [] : ['--back-to', previous];
    const args = [
      ...['rollback', '--unless-confirmed', digest, ...backTo, '--backend', backend],
      ...['--state-dir', flags.stateDir, '--command-timeout', `${flags.commandTimeout}`, '-q'],
    ];
    const { execa } = await import('execa');
    const child = execa(program, [...first, ...args], {
      ...childOptions,
      // natc again, with the variables that this one was given.
      extendEnv: true,
      stdio: 'ignore',
    });
    if (child.pid === undefined) throw new Error('no process can be started that would do it');
    child.unref();
  },
});

/** What that process does: waits, and goes back unless somebody confirms the change meanwhile. */
export async function rollBackUnlessConfirmed(
  host: Host,
  change: PendingChange,
  flags: HostFlags & MessageFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  for (;;) {
    const pendency = await pendencyOf(flags.stateDir, secondsNow());
    if (pendency.kind === 'none') return exitCodes.success;
    // Another change has a process of its own.
    if ('change' in pendency && pendency.change.digest !== change.digest) return exitCodes.success;
    if (pendency.kind === 'waiting') {
      await sleep(200);
      continue;
    }
    const { undoExpired } = await import('../../backends/undo-expired.ts');
    const undone = await undoExpired(host, changeOptions(flags), { known: change });
    if (undone.kind === 'undone')
      return reportRollback(await namingCapabilities(host, undone.outcome), flags, terminal);
    // Whoever holds the lock ends some time.
    if (undone.kind === 'refused') return exitCodes.hostRefused;
  }
}
