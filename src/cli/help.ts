import type { Option } from 'commander';
import type { CommandDefinition } from './command.ts';
import { type ExitCode, exitCodeMeanings } from './exit-codes.ts';

/** What stands below the options in a command's help: examples, then exit statuses. */
export function helpFooter(definition: CommandDefinition): string {
  const examples = definition.examples.map(
    ({ does, command }) => `  # ${does}\n  ${command.replaceAll('\n', '\n  ')}\n`,
  );
  const statuses = commandExitCodes(definition).map(
    (code) => `  ${code}  ${exitCodeMeanings[code]}\n`,
  );
  return `\nExamples:\n${examples.join('\n')}\nExit status:\n${statuses.join('')}`;
}

/** What an option says of itself, with its default where the words do not name it. */
export function describeOption({ description, flags, defaultValue, ...option }: Option): string {
  if (defaultValue === undefined || /\(default\b/.test(description)) return description;
  const value = option.defaultValueDescription ?? String(defaultValue);
  return `${description} (default: ${value}${flags.includes('<time>') ? 's' : ''})`;
}

/** Every status the command can end with, in order. */
export const commandExitCodes = (definition: CommandDefinition): readonly ExitCode[] =>
  [...new Set<ExitCode>([0, 2, ...definition.exitCodes])].sort((a, b) => a - b);
