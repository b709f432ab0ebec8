import type { Command } from 'commander';
import { type CommandOptions, commandTable } from '../command-options.ts';
import type { LockResult } from '../host/state/lock.ts';
import { backendNames, defaultBackend } from '../options.ts';
import { addNamedNatcConfig } from './config/natc-config-options.ts';
import { commandOption } from './table-options.ts';

/** Options of the commands that change the kernel or ask it. */
export type HostFlags = Pick<CommandOptions, 'stateDir' | 'lockTimeout' | 'commandTimeout'>;

export type BackendFlags = Pick<CommandOptions, 'backend'>;

export const addHostOptions = (command: Command): Command =>
  addNamedNatcConfig(command.optionsGroup('Host:'))
    .addOption(commandOption('stateDir'))
    .addOption(commandOption('lockTimeout'))
    .addOption(commandOption('commandTimeout'));

/** @param auto what `auto` means for this command */
export const addBackendOption = (command: Command, auto: string, group = 'Host:'): Command =>
  command
    .optionsGroup(group)
    .addOption(commandOption('backend', { help: `${commandTable.backend.help}: ${auto}` }));

/** Of commands that change nothing: one of the two, of which `auto` is no choice. @param help as in the table */
export const backendChoice = (help: string) =>
  commandOption('backend', { help, value: backendNames, default: defaultBackend });

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
