/**
 * Every natc command line of README, docs and of the commands' own examples is one that natc takes: commands,
 * flags, values and arguments. What the lines of docs/tutorial.md, docs/deploy and docs/ci do is tested beside.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { buildProgram } from '../../src/cli/program.ts';

const pages = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('reference/'))
    .map((name) => `docs/${name}`),
];

/** Console blocks have prompts, sh blocks are scripts. */
function linesOf(page: string): readonly string[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/```(console|sh)\n([\s\S]*?)```/g);
  return [...blocks].flatMap(([, kind, block = '']) => {
    const lines = block.replace(/\\\n/g, ' ').split('\n');
    return kind === 'console' ? lines.filter((line) => /^(?:[$#>]|[*\d])/.test(line)) : lines;
  });
}

/** What stands in a sentence may leave arguments to the reader. */
const inlineOf = (page: string): readonly string[] =>
  [
    ...readFileSync(page, 'utf8')
      .replace(/```[\s\S]*?```/g, '')
      .matchAll(/`(natc [^`]+)`/g),
  ]
    .map(([, line = '']) => line.replace(/\s+/g, ' '))
    .filter((line) => !/\.\.\.|…|natc help/.test(line));

/** The words of each natc in a line of a shell, up to what ends a command. */
function callsIn(line: string): readonly (readonly string[])[] {
  const words = [
    ...line
      // What a shell runs for its output is a line of its own.
      .replace(/[<>]\(([^)]*)\)/g, '; $1 ;')
      .matchAll(
        /"[^"]*"|'[^']*'|\$\([^)]*\)|&&|\|\|?|;|[<>]+(?:&\d?|\s*[^\s"'|;&<>]+)?|[^\s"'|;&<>]+|&/g,
      ),
  ]
    .map(([word]) => word)
    .filter((word) => !/^[<>]/.test(word));
  const calls: string[][] = [];
  let call: string[] | undefined;
  for (const [index, word] of words.entries()) {
    const isEnd = /^(?:&&?|\|\|?|;|done|do)$/.test(word);
    if (isEnd || word.startsWith('#')) call = undefined;
    else if (/^(?:\S*\/)?natc$/.test(word) && call === undefined && isCommand(words, index)) {
      call = [];
      calls.push(call);
    } else call?.push(word.replace(/^["']|["']$/g, ''));
  }
  return calls;
}

/** `which natc` and `systemctl stop natc` name it. */
const isCommand = (words: readonly string[], index: number): boolean =>
  !/^(?:install|-g|which|stop|start|netns|mkdir|rm|cp|--tag|-t|enable|--now|-u)$/.test(
    words[index - 1] ?? '',
  );

const called = (page: string, lines: readonly string[]) =>
  lines.flatMap((line) => callsIn(line).map((args) => [page, args.join(' '), args] as const));
const calls = pages.flatMap((page) => called(page, linesOf(page)));
const mentions = pages.flatMap((page) => called(page, inlineOf(page)));

/** What commander has against a command line; undefined: nothing. */
async function problemOf(args: readonly string[]): Promise<string | undefined> {
  const program = await buildProgram(undefined, (command) => command.action(() => {}));
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  try {
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    const { exitCode, code, message } = error as CommanderError;
    return exitCode === 0 ? undefined : `${code}: ${message}`;
  }
}

describe('the command lines of README and docs', () => {
  test('are found', () => {
    expect(calls.length).toBeGreaterThan(20);
    expect(mentions.length).toBeGreaterThan(40);
  });

  test.each([['check --bogus'], ['chek'], ['list -o pdf'], ['status a.yaml']])(
    'natc %s would be found out',
    async (line) => {
      expect(await problemOf(line.split(' '))).toMatch(/^commander\./);
    },
  );

  test.each(calls)('%s: natc %s', async (_, __, args) => {
    // The page shows what natc says of it.
    if (args.some((arg) => arg.startsWith('https://'))) return;
    expect(await problemOf(args)).toBeUndefined();
  });

  test.each(mentions)('%s mentions natc %s', async (_, __, args) => {
    const problem = await problemOf(args);
    if (!/^commander\.(?:m|optionM)issingArgument: /.test(problem ?? ''))
      expect(problem).toBeUndefined();
  });
});

test.each(commands)('the examples of natc $name are command lines', async ({ load }) => {
  const { examples } = await load();
  const found = examples.flatMap(({ command }) =>
    command
      .replace(/\\\n/g, ' ')
      .split('\n')
      .flatMap((line) => callsIn(line)),
  );
  expect(found.length).toBeGreaterThanOrEqual(examples.length);
  for (const args of found) expect(await problemOf(args), args.join(' ')).toBeUndefined();
});
