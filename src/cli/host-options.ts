import type { Command } from 'commander';
import { parseInteger } from './option-values.ts';

/** Options of the commands that change the kernel or ask it. */
export interface HostFlags {
  readonly stateDir: string;
  readonly lockTimeout: number;
}

export const addHostOptions = (command: Command): Command =>
  command
    .optionsGroup('Host:')
    .option('--state-dir <dir>', 'where natc keeps what it gave the kernel', '/run/natc')
    .option(
      '--lock-timeout <seconds>',
      'how long to wait for another natc to finish',
      parseInteger,
      30,
    );
