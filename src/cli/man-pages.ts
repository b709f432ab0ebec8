import type { Argument, Command, Option } from 'commander';
import { commandDefaults } from '../command-options.ts';
import type { CommandDefinition } from './command.ts';
import { exitCodeMeanings } from './exit-codes.ts';
import { commandExitCodes } from './help.ts';
import { buildProgram } from './program.ts';
import { version } from './version.ts';

/**
 * The manual pages: natc(1) and one for each command, by file name, in the macros of man(7). They say what
 * `--help` says. The build writes them to dist/man.
 */
export async function manPages(): Promise<ReadonlyMap<string, string>> {
  const definitions = new Map<string, CommandDefinition>();
  const program = await buildProgram(undefined, (command, definition) => {
    definitions.set(command.name(), definition);
  });
  const commands = program.commands.filter((command) => definitions.has(command.name()));
  const pages = commands.map((command) => {
    const definition = definitions.get(command.name());
    if (definition === undefined) throw new Error(`${command.name()} has no definition`);
    return [`natc-${command.name()}.1`, commandPage(command, definition)] as const;
  });
  return new Map([['natc.1', overviewPage(program, commands)], ...pages]);
}

const head = (name: string, summary: string): string =>
  [
    '.\\" Made by "npm run docs" from the sources; edit those.',
    `.TH ${name.toUpperCase()} 1 "" "natc ${version()}" "natc manual"`,
    '.SH NAME',
    `${text(name)} \\- ${text(lowerFirst(summary))}`,
  ].join('\n');

function overviewPage(program: Command, commands: readonly Command[]): string {
  return page([
    head('natc', program.description()),
    '.SH SYNOPSIS',
    '.B natc\n.I command\n.RI [ option ...]\n.RI [ argument ...]',
    '.SH DESCRIPTION',
    text(
      'natc compiles Kubernetes Services and EndpointSlices into rules for one node that do what a service proxy such as kube-proxy does, without a daemon: nftables, or iptables. It checks and explains them, says what a change of manifests does to packets, and brings the kernel up to date in one transaction.',
    ),
    '.SH COMMANDS',
    ...commands.map(
      (command) => `.TP\n.BR natc\\-${text(command.name())} (1)\n${text(command.summary())}.`,
    ),
    '.SH ENVIRONMENT',
    ...environment.map(([name, says]) => `.TP\n.B ${name}\n${text(says)}`),
    '.SH FILES',
    ...files.map(([name, says]) => `.TP\n.I ${text(name)}\n${text(says)}`),
    '.SH EXIT STATUS',
    ...Object.entries(exitCodeMeanings).map(([code, means]) => `.TP\n.B ${code}\n${text(means)}`),
    '.TP\n.B 130, 143\nended by SIGINT, SIGTERM',
    '.SH SEE ALSO',
    `${commands.map((command) => `.BR natc\\-${text(command.name())} (1),`).join('\n')}\n.BR nft (8),\n.BR iptables (8),\n.BR conntrack (8)`,
  ]);
}

const environment = [
  ['KUBECONFIG', 'The kubeconfig of --from-cluster, if --kubeconfig names none.'],
  ['NO_COLOR', 'Where it is set and not empty, nothing is coloured.'],
  ['NATC_DEBUG', 'Where it is set, an internal error is reported with its stack trace.'],
] as const;

const files = [
  [
    'natc.yaml',
    'The flags of a project, looked for here and above, up to the root of the repository.',
  ],
  [
    commandDefaults.stateDir,
    'What natc gave the kernel: the state directory of apply and what belongs to it.',
  ],
] as const;

function commandPage(command: Command, definition: CommandDefinition): string {
  const name = `natc-${command.name()}`;
  return page([
    head(name, command.summary()),
    '.SH SYNOPSIS',
    `.B natc ${text(command.name())}\n.RI [ option ...]${command.registeredArguments.map(usage).join('')}`,
    '.SH DESCRIPTION',
    text(definition.description),
    ...(command.registeredArguments.length === 0 ? [] : ['.SH ARGUMENTS']),
    ...command.registeredArguments.map(
      (argument) => `.TP\n.I ${text(argument.name())}\n${text(argument.description)}`,
    ),
    '.SH OPTIONS',
    ...optionGroups(command),
    '.SH EXAMPLES',
    ...definition.examples.map(
      (example) =>
        `.TP\n${text(example.does)}:\n.nf\n.B ${example.command.split('\n').map(text).join('\n.B ')}\n.fi`,
    ),
    '.SH EXIT STATUS',
    ...commandExitCodes(definition).map(
      (code) => `.TP\n.B ${code}\n${text(exitCodeMeanings[code])}`,
    ),
    '.SH SEE ALSO',
    // All others are named there: one more command changes one page.
    '.BR natc (1)',
  ]);
}

function usage(argument: Argument): string {
  const name = `${text(argument.name())}${argument.variadic ? ' ...' : ''}`;
  return `\n.I ${argument.required ? name : `[${name}]`}`;
}

/** The options by the headings that --help has, in its order. */
function optionGroups(command: Command): readonly string[] {
  const help = command.createHelp();
  const groups = new Map<string, Option[]>();
  for (const option of help.visibleOptions(command)) {
    const group = option.helpGroupHeading ?? 'Options:';
    groups.set(group, [...(groups.get(group) ?? []), option]);
  }
  return [...groups].flatMap(([heading, options]) => [
    `.SS ${text(heading.replace(/:$/, ''))}`,
    ...options.map((option) => `.TP\n${flags(option)}\n${text(help.optionDescription(option))}`),
  ]);
}

/** `-f, --filename <path>` with the flags bold and the value in italics. */
function flags(option: Option): string {
  const styled = option.flags.replace(/--?[\w-]+|<[^>]+>|\[[^\]]+\]/g, (part) =>
    part.startsWith('-') ? `\\fB${text(part)}\\fR` : `\\fI${text(part)}\\fR`,
  );
  return styled;
}

/** Text of roff: no escapes, hyphens that can be copied, and no line that is taken for a request. */
function text(plain: string): string {
  return plain
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

const lowerFirst = (sentence: string): string =>
  sentence.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

const page = (parts: readonly string[]): string => `${parts.join('\n')}\n`;
