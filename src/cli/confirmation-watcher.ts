import { spawn } from 'node:child_process';
import type { Confirmation } from '../live/confirmation.ts';
import type { HostFlags } from './host-options.ts';

/**
 * `natc rollback --unless-confirmed` as a process of its own session, without a terminal: the end of
 * an ssh session, whose signals go to the sessions of its terminal, does not reach it.
 */
export const confirmationOf = (seconds: number, flags: HostFlags): Confirmation => ({
  seconds,
  startWatcher: (digest) => {
    const [program = ''] = process.argv.slice(1);
    const args = ['rollback', '--unless-confirmed', digest, '--state-dir', flags.stateDir, '-q'];
    spawn(process.execPath, [program, ...args], { detached: true, stdio: 'ignore' }).unref();
  },
});
