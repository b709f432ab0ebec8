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

/** Every status the command can end with, in order. */
export const commandExitCodes = (definition: CommandDefinition): readonly ExitCode[] =>
  [...new Set<ExitCode>([0, 2, ...definition.exitCodes])].sort((a, b) => a - b);
