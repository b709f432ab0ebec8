import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import { type CompletionCandidate, candidatesFor } from './candidates.ts';
import type { TypedLine } from './line.ts';

/** Runs natc with arguments and its output on another terminal. */
export type Run = (args: readonly string[], terminal: Terminal) => Promise<unknown>;

/**
 * What the scripts of `natc completion` ask for: `files`, `directories` or `words` on the first line, then
 * a word a line with what it means after a space.
 *
 * @param words after `natc`, as the shell has them: quotes and backslashes are still in them
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  run: Run,
  terminal: Terminal,
): Promise<void> {
  const services = (line: TypedLine) => servicesOf(line, words[0] ?? '', run, terminal);
  const plain = words.map(unquoted);
  const found = await candidatesFor(program, plain, { services, codes });
  const lines = found.words.map(({ word, says }) => (says === '' ? word : `${word} ${says}`));
  await terminal.stdout.write(`${[found.paths ?? 'words', ...lines].join('\n')}\n`);
}

async function codes(): Promise<readonly CompletionCandidate[]> {
  const { codes: all } = await import('../../diagnostics/codes.ts');
  return Object.entries(all).map(([word, { title }]) => ({ word, says: title }));
}

/** Options that say what the input is, and nothing else; a cluster is not asked while somebody types. */
const inputOptions = ['filename', 'exclude', 'natcConfig', 'config'];

async function servicesOf(
  { options, args }: TypedLine,
  command: string,
  run: Run,
  terminal: Terminal,
): Promise<readonly string[]> {
  const flags = options.flatMap(({ option, value }) =>
    inputOptions.includes(option.attributeName())
      ? [value === undefined ? (option.long ?? '') : `${option.long}=${value}`]
      : [],
  );
  // Of explain the first argument is where the packet comes from; a diff has a file on each side.
  const paths = command === 'explain' ? args.slice(2) : args;
  const sides = command === 'diff' && paths.length > 0 ? paths.map((path) => [path]) : [paths];
  const names = new Set<string>();
  for (const side of sides) {
    let listed = '';
    const quiet: Terminal = {
      stdout: {
        ...unseen,
        write: async (text) => {
          listed += text;
        },
      },
      stderr: unseen,
      stdinIsTerminal: true,
      environment: terminal.environment,
    };
    const list = ['list', '-o', 'name', '-q', '--validate', 'warn', ...flags, '--', ...side];
    await run(list, quiet);
    for (const name of listed.split('\n')) if (name.includes('/')) names.add(name);
  }
  return [...names];
}

const unseen = { isTerminal: false, columns: undefined, write: async () => {} };

/** As the shell would read the word. */
const unquoted = (word: string): string =>
  word.replace(
    /\\(.)|'([^']*)'?|"([^"]*)"?/g,
    (_, escaped, single, double) => escaped ?? single ?? double ?? '',
  );
