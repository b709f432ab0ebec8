import { hrtime, pid } from 'node:process';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { printable } from '../../diagnostics/printable.ts';
import { describeRun, type RunResult } from '../machine/host.ts';
import { type Programs, programsOn } from '../machine/programs.ts';
import { sharedReaper } from '../machine/reaper.ts';
import { defaultLimits, runChild } from '../machine/run-child.ts';

/** The variables by which a service manager says that it wants to be told. */
export interface NotifyEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
  readonly PATH?: string | undefined;
}

/** Tells systemd, or whoever understands sd_notify(3), how natc is. */
export interface Notifier {
  /** Milliseconds within which it wants to hear of natc; undefined where it does not. */
  readonly watchdog: number | undefined;
  /** READY=1: at first, and when reloading is over. */
  readonly ready: (status: string) => Promise<readonly Diagnostic[]>;
  readonly reloading: () => Promise<readonly Diagnostic[]>;
  readonly stopping: () => Promise<readonly Diagnostic[]>;
  /** WATCHDOG=1 */
  readonly alive: () => Promise<readonly Diagnostic[]>;
}

/**
 * The way to the service manager that started natc. Node has no datagram sockets of the Unix kind, so the program
 * `systemd-notify` sends the messages, which is there wherever systemd is. The unit needs NotifyAccess=all: only
 * with CAP_SYS_ADMIN could that program pretend to be natc.
 *
 * @returns undefined where nobody asked to be told
 */
export function notifierFor(
  environment: NotifyEnvironment,
  programs: Programs = programsOn(environment.PATH),
): Notifier | undefined {
  const { NOTIFY_SOCKET: socket } = environment;
  if (socket === undefined || socket === '') return undefined;
  let hasFailed = false;
  const send = async (...assignments: readonly string[]): Promise<readonly Diagnostic[]> => {
    const result = await run(programs, socket, assignments);
    const failed = !(result.kind === 'exited' && result.exitCode === 0);
    const isNews = failed && !hasFailed;
    hasFailed = failed;
    return isNews ? [notTold(result)] : [];
  };
  return {
    watchdog: watchdogOf(environment),
    ready: (status) => send('READY=1', `STATUS=${printable(status)}`),
    reloading: () => send('RELOADING=1', `MONOTONIC_USEC=${hrtime.bigint() / 1000n}`),
    stopping: () => send('STOPPING=1'),
    alive: () => send('WATCHDOG=1'),
  };
}

function watchdogOf({ WATCHDOG_USEC, WATCHDOG_PID }: NotifyEnvironment): number | undefined {
  const microseconds = Number(WATCHDOG_USEC ?? '');
  const isMeant = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid;
  return isMeant && microseconds > 0 ? microseconds / 1000 : undefined;
}

async function run(
  programs: Programs,
  socket: string,
  assignments: readonly string[],
): Promise<RunResult> {
  const found = await programs.find('systemd-notify');
  if (found.kind === 'not-found') return { kind: 'not-started', message: found.message };
  const child = {
    path: found.path,
    args: assignments,
    stdin: '',
    env: { ...(await programs.environment()), NOTIFY_SOCKET: socket },
    cwd: '/',
  };
  const limits = { ...defaultLimits, seconds: 10, output: 64 * 1024 };
  return runChild(child, limits, await sharedReaper(programs));
}

const notTold = (result: RunResult): Diagnostic => ({
  code: 'NATC5152',
  severity: 'warning',
  message: `the service manager cannot be told how natc is: ${printable(describeRun(result))}`,
  places: [],
  hint: 'with Type=notify it ends natc after TimeoutStartSec: install systemd-notify, or use Type=exec in the unit',
});
