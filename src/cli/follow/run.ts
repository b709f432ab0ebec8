import type { Command } from 'commander';
import { hasErrors } from '../../diagnostics/diagnostic.ts';
import { makeIgnoring } from '../../diagnostics/ignore.ts';
import { type FollowObserver, observeAll } from '../../follow/observer.ts';
import type { ApplyFlags } from '../apply/options.ts';
import { dropNatcConfig, takeNatcConfig } from '../config/natc-config.ts';
import { takesNatcConfig } from '../config/natc-config-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { thisHost } from '../host.ts';
import { readConfig } from '../input/compile-input.ts';
import type { Terminal } from '../terminal.ts';
import { followWith } from './follow-with.ts';
import { type FollowLog, makeLog } from './log.ts';
import { startServers } from './servers.ts';
import { takeSignals } from './signals.ts';
import { tuneMemory } from './tune-memory.ts';

/**
 * `natc apply --from-cluster --follow`: leads the kernel after a cluster until SIGTERM or SIGINT, and
 * reads the configuration again with SIGHUP. The rules stay when it ends.
 *
 * @param command whose options natc.yaml may change
 * @param observers are told what happens
 */
export async function runFollow(
  command: Command,
  terminal: Terminal,
  observers: readonly FollowObserver[] = [],
): Promise<ExitCode> {
  tuneMemory();
  let flags = command.opts<ApplyFlags>();
  const log = makeLog(terminal.stderr, {
    format: flags.logFormat,
    isQuiet: flags.quiet === true,
    isVerbose: flags.verbose === true,
    now: Date.now,
  });
  const signals = takeSignals();
  const host = await thisHost(terminal, flags.commandTimeout);
  const serving = await startServers(flags, terminal, host, log);
  const told: FollowObserver[] = [...observers, serving.observer];
  try {
    for (let isFirst = true; ; isFirst = false) {
      const end = await followWith({
        ...{ flags, terminal, host, log, observers: told, signals },
        hasFollowed: !isFirst,
      });
      if (end.kind === 'ended') {
        const reason = end.exitCode === exitCodes.success ? 'signal' : 'error';
        observeAll(told).stopped({ at: Date.now(), reason });
        if (reason === 'signal') log.say('info', 'ended; the rules stay');
        return end.exitCode;
      }
      await serving.reloading();
      flags = (await readAgain(command, terminal, log)) ?? flags;
    }
  } finally {
    await serving.close();
    signals.release();
    await log.flushed();
  }
}

/** Reads natc.yaml and the file of `--config` again. @returns undefined where the old ones stay */
async function readAgain(
  command: Command,
  terminal: Terminal,
  log: FollowLog,
): Promise<ApplyFlags | undefined> {
  const before = { ...command.opts<ApplyFlags>() };
  dropNatcConfig(command);
  command.setOptionValue('ignoring', makeIgnoring());
  if (takesNatcConfig(command)) await takeNatcConfig(command, terminal);
  const flags = { ...command.opts<ApplyFlags>() };
  const kubeProxy = await readConfig(flags.config, true);
  const wrong = [...(flags.natc?.diagnostics ?? []), ...(kubeProxy?.diagnostics ?? [])].filter(
    (each) => hasErrors([each]),
  );
  if (wrong.length === 0) {
    log.say('info', 'read the configuration again');
    return flags;
  }
  log.diagnostics(wrong);
  log.say('error', 'the configuration stays as it was');
  for (const [name, value] of Object.entries(before)) command.setOptionValue(name, value);
  return undefined;
}
