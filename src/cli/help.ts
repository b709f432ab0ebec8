import type { Help } from 'commander';
import type { CommandDefinition } from './command.ts';
import { type ExitCode, exitCodeMeanings } from './exit-codes.ts';

/**
 * What stands below the options in a command's help: examples, then exit statuses. Command lines are not broken, since
 * they are there to be copied.
 *
 * @param width in columns
 */
export function helpFooter(definition: CommandDefinition, width: number): string {
  const examples = definition.examples.map(
    ({ does, command }) =>
      `${wrapped(does, '  # ', '  # ', width)}\n  ${command.replaceAll('\n', '\n  ')}\n`,
  );
  const statuses = commandExitCodes(definition).map(
    (code) => `${wrapped(exitCodeMeanings[code], `  ${code}  `, '     ', width)}\n`,
  );
  return `\nExamples:\n${examples.join('\n')}\nExit status:\n${statuses.join('')}`;
}

/** Every status the command can end with, in order. */
export const commandExitCodes = (definition: CommandDefinition): readonly ExitCode[] =>
  [...new Set<ExitCode>([0, 2, ...definition.exitCodes])].sort((a, b) => a - b);

/** As many words on a line as fit, and one at least. */
function wrapped(text: string, first: string, others: string, width: number): string {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const begun = lines.length === 0 ? first : others;
    const longer = line === begun ? `${line}${word}` : `${line} ${word}`;
    if (longer.length > width && line !== begun) {
      lines.push(line);
      line = `${others}${word}`;
    } else line = longer;
  }
  return [...lines, line].join('\n');
}

/** The narrowest column of words that stands beside the names of options. */
const narrowest = 20;

/**
 * An option with what it does beside it, or below it where the terminal has no room beside it.
 *
 * @param width of the column of names
 */
export function formatItem(term: string, width: number, description: string, helper: Help): string {
  const columns = helper.helpWidth ?? 80;
  const gap = 2;
  if (description === '') return `  ${term}`;
  if (columns - width - 2 * gap < narrowest)
    return `  ${term}\n${wrapped(description, '      ', '      ', columns)}`;
  const indent = ' '.repeat(gap + width + gap);
  return wrapped(description, `  ${term.padEnd(width)}  `, indent, columns);
}
