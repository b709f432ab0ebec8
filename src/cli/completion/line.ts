import type { Command, Option } from 'commander';

/** What stands on a command line before the word that is completed. */
export interface TypedLine {
  /** The option whose value the word is; undefined where it is none. */
  readonly option: Option | undefined;
  /** Arguments of the command before the word. */
  readonly args: readonly string[];
  /** The options before the word, with their values, as they were given. */
  readonly options: readonly { readonly option: Option; readonly value: string | undefined }[];
  /** Whether `--` came: nothing after it is an option. */
  readonly onlyArguments: boolean;
}

/**
 * Reads the words before the one that is completed.
 *
 * @param words without the program and the command
 */
export function readLine(command: Command, words: readonly string[]): TypedLine {
  const args: string[] = [];
  const options: { option: Option; value: string | undefined }[] = [];
  let waiting: Option | undefined;
  let onlyArguments = false;
  for (const word of words) {
    if (waiting !== undefined) {
      options.push({ option: waiting, value: word });
      waiting = undefined;
    } else if (onlyArguments || !word.startsWith('-') || word === '-') {
      args.push(word);
    } else if (word === '--') {
      onlyArguments = true;
    } else {
      const { option, value } = readFlag(command, word);
      if (option === undefined) continue;
      if (option.required && value === undefined) waiting = option;
      else options.push({ option, value });
    }
  }
  return { option: waiting, args, options, onlyArguments };
}

/** `--flag`, `--flag=value`, `-f` or `-fvalue`. */
export function readFlag(
  command: Command,
  word: string,
): { readonly option: Option | undefined; readonly value: string | undefined } {
  const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  const byName = command.options.find(({ long, short }) => long === name || short === name);
  if (byName !== undefined || name.startsWith('--')) return { option: byName, value };
  const short = command.options.find((option) => option.short === word.slice(0, 2));
  return { option: short, value: short?.required === true ? word.slice(2) : undefined };
}
