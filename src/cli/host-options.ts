import { type Command, Option } from 'commander';
import type { LockResult } from '../host/state/lock.ts';
import { type BackendName, backendNames, commandDefaults } from '../options.ts';
import { addNamedNatcConfig } from './config/natc-config-options.ts';
import { parseInteger, parseSeconds } from './option-values.ts';

/** Options of the commands that change the kernel or ask it. */
export interface HostFlags extends CommandTimeoutFlags {
  readonly stateDir: string;
  readonly lockTimeout: number;
}

export const addHostOptions = (command: Command): Command =>
  addCommandTimeout(
    addStateDirectory(command).option(
      '--lock-timeout <seconds>',
      'how long to wait for another natc to finish',
      parseInteger,
      commandDefaults.lockTimeout,
    ),
  );

export const addStateDirectory = (command: Command): Command =>
  addNamedNatcConfig(command.optionsGroup('Host:')).option(
    '--state-dir <dir>',
    'where natc keeps what it gave the kernel',
    commandDefaults.stateDir,
  );

export interface CommandTimeoutFlags {
  /** Seconds. */
  readonly commandTimeout: number;
}

export const addCommandTimeout = (command: Command): Command =>
  command
    .optionsGroup('Host:')
    .option(
      '--command-timeout <time>',
      'how long nft and other programs may take (30s, 2m), more for large input',
      parseSeconds,
      commandDefaults.commandTimeout,
    );

export interface BackendFlags {
  readonly backend: 'auto' | BackendName;
}

/** @param auto what `auto` means for this command */
export const addBackendOption = (command: Command, auto: string, group = 'Host:'): Command =>
  command
    .optionsGroup(group)
    .addOption(
      new Option('--backend <backend>', `nftables, iptables or auto (default): ${auto}`)
        .choices([...backendNames, 'auto'])
        .default(commandDefaults.backend),
    );

/** What every command that changes the kernel hands to the live stage. */
export const changeOptions = ({ stateDir, lockTimeout }: HostFlags) => ({
  stateDirectory: stateDir,
  lock: async (): Promise<LockResult> => {
    const { takeLock } = await import('../host/state/lock.ts');
    const { programsOn } = await import('../host/machine/programs.ts');
    return takeLock(stateDir, lockTimeout, programsOn(process.env['PATH']));
  },
  now: secondsNow,
});

/** Seconds since 1970. */
export const secondsNow = (): number => Math.floor(Date.now() / 1000);
