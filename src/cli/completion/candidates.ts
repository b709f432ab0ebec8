import type { Argument, Command, Option } from 'commander';
import { readFlag, readLine, type TypedLine } from './line.ts';

/** What may stand in the place of a word. */
export interface Candidates {
  readonly words: readonly CompletionCandidate[];
  /** Whether paths may stand there too: the shell knows them better. */
  readonly paths: 'files' | 'directories' | undefined;
}

export interface CompletionCandidate {
  readonly word: string;
  /** One line; empty where there is nothing to say. */
  readonly says: string;
}

/** Looks at what the line names; nothing where nothing can be read. */
export interface Sources {
  /** The Services of the line's input, as NAMESPACE/NAME. */
  readonly services: (line: TypedLine) => Promise<readonly string[]>;
  readonly codes: () => Promise<readonly CompletionCandidate[]>;
}

const nothing: Candidates = { words: [], paths: undefined };

/**
 * What the last word can be.
 *
 * @param program the tree of commands, of which the one on the line is complete
 * @param words all after `natc`; the last one is completed, and may be empty
 */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  sources: Sources,
): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const [first = '', ...rest] = words;
  if (words.length <= 1) return startingWith(current, commandsOf(program, current));
  if (first === 'help')
    return rest.length > 1 ? nothing : startingWith(current, commandNames(program));
  const command = program.commands.find((each) => each.name() === first);
  if (command === undefined) return nothing;
  const line = readLine(command, rest.slice(0, -1));
  if (line.option !== undefined) return valuesOf(line.option, current, line, sources);
  if (current.startsWith('-') && current !== '-' && !line.onlyArguments)
    return flagsFor(command, current, line, sources);
  const argument = argumentAt(command, line.args.length);
  const { words: values, paths } = await argumentValues(argument, current, line, sources);
  const flags = current === '' && values.length === 0 && paths === undefined;
  return flags ? flagsFor(command, '-', line, sources) : { words: values, paths };
}

const commandNames = (program: Command): readonly CompletionCandidate[] =>
  program.commands.map((command) => ({ word: command.name(), says: command.summary() }));

const commandsOf = (program: Command, current: string): readonly CompletionCandidate[] =>
  current.startsWith('-')
    ? [
        { word: '--help', says: 'show help' },
        { word: '--version', says: 'print the version' },
      ]
    : [...commandNames(program), { word: 'help', says: 'show help for a command' }];

const argumentAt = (command: Command, index: number): Argument | undefined => {
  const { registeredArguments: all } = command;
  return all[index] ?? all.find(({ variadic }) => variadic);
};

async function flagsFor(
  command: Command,
  current: string,
  line: TypedLine,
  sources: Sources,
): Promise<Candidates> {
  const { option, value } = readFlag(command, current);
  if (option !== undefined && value !== undefined) {
    const before = current.slice(0, current.length - value.length);
    const { words, paths } = await valuesOf(option, value, line, sources);
    return { words: words.map(({ word, says }) => ({ word: before + word, says })), paths };
  }
  const options = command.createHelp().visibleOptions(command);
  const flags = options.flatMap(({ long, short, description }) =>
    [long, current.startsWith('--') ? undefined : short].flatMap((flag) =>
      flag === undefined ? [] : [{ word: flag, says: description }],
    ),
  );
  return startingWith(current, flags);
}

/** The values of an option: its choices, or what its placeholder stands for. */
async function valuesOf(
  option: Option,
  current: string,
  line: TypedLine,
  sources: Sources,
): Promise<Candidates> {
  if (option.argChoices !== undefined) return startingWith(current, plain(option.argChoices));
  const [, kind = ''] = /[<[]([^>\]]+)[>\]]/.exec(option.flags) ?? [];
  switch (kind) {
    case 'file':
    case 'path':
    case 'pattern':
      return { words: [], paths: 'files' };
    case 'dir':
    case 'directory':
      return { words: [], paths: 'directories' };
    case 'true|false':
      return startingWith(current, plain(['true', 'false']));
    case 'family,...':
      return listItems(current, ['ipv4', 'ipv6']);
    case '[namespace/]name,...':
    case '[namespace/]name[:port]':
      return listItems(current, await sources.services(line));
  }
  switch (option.attributeName()) {
    case 'namespace':
      return listItems(current, namespacesOf(await sources.services(line)));
    case 'service':
      return listItems(current, await sources.services(line));
    case 'externalIPs':
      return startingWith(current, plain(['allow', 'warn', 'deny']));
    case 'nodePortAddresses':
      return listItems(current, ['primary', 'localhost', 'all']);
    default:
      return nothing;
  }
}

async function argumentValues(
  argument: Argument | undefined,
  current: string,
  line: TypedLine,
  sources: Sources,
): Promise<Candidates> {
  if (argument === undefined) return nothing;
  if (argument.argChoices !== undefined) return startingWith(current, plain(argument.argChoices));
  switch (argument.name()) {
    case 'path':
      return { words: [], paths: 'files' };
    case 'old':
    case 'new':
      return { ...startingWith(current, plain(['live', 'cluster', 'kube-proxy'])), paths: 'files' };
    case 'code':
      return startingWith(current.toUpperCase(), codesAs(current, await sources.codes()));
    case 'to':
      return startingWith(current, plain(await sources.services(line)));
    default:
      return nothing;
  }
}

const namespacesOf = (services: readonly string[]): readonly string[] => [
  ...new Set(services.map((name) => name.slice(0, name.indexOf('/')))),
];

/** Of a list with commas the last item. */
function listItems(current: string, items: readonly string[]): Candidates {
  const before = current.slice(0, current.lastIndexOf(',') + 1);
  return startingWith(current, plain(items.map((item) => before + item)));
}

const plain = (words: readonly string[]): readonly CompletionCandidate[] =>
  words.map((word) => ({ word, says: '' }));

/** As whoever asks has begun: their letters may be left out. */
const codesAs = (
  current: string,
  codes: readonly CompletionCandidate[],
): readonly CompletionCandidate[] =>
  /^\d/.test(current)
    ? codes.map((code) => ({ ...code, word: code.word.replace(/^NATC/, '') }))
    : codes;

const startingWith = (current: string, words: readonly CompletionCandidate[]): Candidates => ({
  words: words.filter(({ word }) => word.startsWith(current)),
  paths: undefined,
});
