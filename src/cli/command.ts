import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** One line of the table of commands: what `natc --help` needs, and where the rest is. */
export interface CommandEntry {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  readonly load: () => Promise<CommandDefinition>;
}

export interface CommandDefinition {
  /** A sentence or two for the command's own help. */
  readonly description: string;
  /** Adds the command's arguments and options. */
  readonly configure: (command: Command) => void;
  readonly examples: readonly Example[];
  /** The statuses it can end with, besides 0 and 2, which every command can. */
  readonly exitCodes: readonly ExitCode[];
  /** Runs the command: `command.opts()` holds its options, `command.processedArgs` its arguments. */
  readonly run: (command: Command, terminal: Terminal) => Promise<ExitCode>;
}

export interface Example {
  readonly does: string;
  readonly command: string;
}
