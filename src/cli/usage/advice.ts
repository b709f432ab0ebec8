import { existsSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { didYouMean } from '../../diagnostics/did-you-mean.ts';
import { flagRemarks, otherCommands, otherFlags } from './other-words.ts';
import { shellWords } from './shell-words.ts';

/** A command line that commander refused. */
export interface Misuse {
  /** Commander's: `commander.unknownOption` and so on. */
  readonly code: string;
  /** Commander's, without `error: `. */
  readonly message: string;
  /** The command that refused it; undefined where there is none yet. */
  readonly command: Command | undefined;
  readonly args: readonly string[];
}

/** What a wrong command line should have been, as far as that can be told. */
export interface Advice {
  /** What is wrong, in one line. */
  readonly problem: string;
  /** A sentence, or a command line. */
  readonly advice: string | undefined;
}

/**
 * Says what to type in place of a command line that was refused.
 *
 * @param program with all commands complete
 */
export function adviceFor(misuse: Misuse, program: Command): Advice {
  const [problem = '', ...suggestion] = misuse.message.split('\n');
  const own = ownAdvice(misuse, problem, program);
  return { problem, advice: own ?? (suggestion.length > 0 ? suggestion.join('\n') : undefined) };
}

const quoted = (text: string): string => /'([^']*)'/.exec(text)?.[1] ?? '';

function ownAdvice(misuse: Misuse, problem: string, program: Command): string | undefined {
  const { code, command, args } = misuse;
  switch (code) {
    case 'commander.unknownCommand':
      return insteadOfCommand(args, args.find((arg) => !arg.startsWith('-')) ?? '');
    case 'commander.unknownOption':
      return command === undefined
        ? beforeCommand(args, quoted(problem), program)
        : insteadOfFlag(command, quoted(problem), program);
    case 'commander.invalidArgument':
      return insteadOfValue(command, problem);
    case 'commander.missingArgument':
    case 'commander.excessArguments':
      return command && forArguments(command);
    default:
      return undefined;
  }
}

/** `natc get services`, `natc web.yaml`, `natc NATC2001`. */
function insteadOfCommand(args: readonly string[], word: string): string | undefined {
  if (/^natc\d{4}$/i.test(word)) return `natc explain-code ${word.toUpperCase()}`;
  if (/^https?:/i.test(word)) return `curl -fsSL ${shellWords([word])} | natc check -`;
  if (/\.(?:ya?ml|json)$/.test(word) || word === '-' || existsSync(word))
    return `A command comes first: natc check ${shellWords(args)}`;
  return otherCommands.get(word.toLowerCase());
}

/** `natc -f web.yaml`: the options of commands come after them. */
function beforeCommand(
  args: readonly string[],
  flag: string,
  program: Command,
): string | undefined {
  const known = [flag, ...(otherFlags.get(flag) ?? [])];
  if (known.some((each) => optionOf(program, each) !== undefined))
    return `Did you mean ${known.find((each) => optionOf(program, each) !== undefined)}?`;
  const names = known.filter((each) => holdersOf(program, each).length > 0);
  const [name] = names;
  if (name === undefined) return undefined;
  const [holder] = holdersOf(program, name);
  const line = args.map((arg) => (arg === flag ? shortOf(program, name) : arg));
  return `A command comes first: natc ${preferred(program, name) ?? holder} ${shellWords(line)}`;
}

/** Most likely what somebody wants who has no command in mind. */
const preferred = (program: Command, flag: string): string | undefined =>
  ['check', 'list'].find((name) => holdersOf(program, flag).includes(name));

function insteadOfFlag(command: Command, given: string, program: Command): string | undefined {
  const flag = given.replace(/=.*/, '');
  if (command.name() === 'diff' && (flag === '-f' || flag === '--filename'))
    return 'The two sides have no flag: natc diff OLD NEW';
  const candidates = [flag, ...(otherFlags.get(flag) ?? [])];
  const own = candidates.map((each) => optionOf(command, each)).find((each) => each !== undefined);
  if (own !== undefined) return `Did you mean ${own.flags}?`;
  const remark = candidates.map((each) => flagRemarks.get(each)).find((each) => each !== undefined);
  if (remark !== undefined) return remark;
  const elsewhere = candidates.find((each) => holdersOf(program, each).length > 0);
  if (elsewhere === undefined) return undefined;
  const holders = holdersOf(program, elsewhere).map((name) => `natc ${name}`);
  return `${elsewhere} is an option of ${listOf(holders)}.`;
}

const listOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const optionOf = (command: Command, flag: string): Option | undefined =>
  command.options.find(({ short, long }) => short === flag || long === flag);

const holdersOf = (program: Command, flag: string): readonly string[] =>
  program.commands
    .filter((command) => optionOf(command, flag) !== undefined)
    .map((command) => command.name());

const shortOf = (program: Command, flag: string): string =>
  program.commands.flatMap((command) => optionOf(command, flag)?.short ?? [])[0] ?? flag;

/** `option '-o, --output <format>' argument 'jsn' is invalid. Allowed choices are …`. */
function insteadOfValue(command: Command | undefined, problem: string): string | undefined {
  const [, flags, value = ''] = /^option '([^']*)' argument '(.*)' is invalid/.exec(problem) ?? [];
  if (command === undefined || flags === undefined) return undefined;
  const option = command.options.find((each) => each.flags === flags);
  const choices = option?.argChoices;
  if (option?.long === '--output') {
    const toFile = optionOf(command, '--out-file') !== undefined && /[./]/.test(value);
    if (toFile) return `To write a file: --out-file ${shellWords([value])}`;
    if (command.name() === 'compile' && ['wide', 'name', 'yaml', 'table'].includes(value))
      return `Did you mean natc list -o ${value}?`;
    const isReport = ['sarif', 'github'].includes(value);
    if (isReport && optionOf(command, '--diagnostics') !== undefined)
      return `For messages: --diagnostics ${value}`;
  }
  const meant = choices && didYouMean(value, choices);
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}

/** Too many arguments, or one that is missing. */
function forArguments(command: Command): string | undefined {
  const [first] = command.args;
  switch (command.name()) {
    case 'diff':
      return forSides(command.args);
    case 'explain':
      return 'Where does the packet come from, and where does it go? natc explain FROM TO';
    case 'explain-code':
      return 'Name the code of a message: natc explain-code NATC2001';
    case 'completion':
      return 'Name the shell: natc completion bash';
    case 'status':
      return `natc status asks the kernel. To compare: natc diff live ${shellWords([first ?? ''])}`;
    case 'config':
      return 'A file of settings is named with --natc-config, that of a kube-proxy with --config.';
    case 'version':
      return 'natc version takes no argument: it prints all versions.';
    case 'cleanup':
      return 'natc cleanup removes all that natc made. To remove some Services, apply the others.';
    default:
      return undefined;
  }
}

function forSides(sides: readonly string[]): string {
  const [only] = sides;
  if (only === undefined) return 'Name both sides: natc diff OLD NEW';
  if (sides.length > 1) return 'A side is one path: a file, a directory or a pattern in quotes.';
  if (only === 'live' || only === 'cluster')
    return `The other side is missing: natc diff ${only} MANIFESTS`;
  const side = shellWords([only]);
  return `One side is missing. What would change in this kernel: natc diff live ${side}\nin the cluster: natc diff cluster ${side}`;
}
