import { Command, CommanderError, Option } from 'commander';
import { makeIgnoring } from '../diagnostics/ignore.ts';
import { cut, printable } from '../diagnostics/printable.ts';
import type { CommandDefinition, CommandEntry } from './command.ts';
import { commands } from './commands.ts';
import { takesNatcConfig } from './config/natc-config-options.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { formatItem, helpFooter } from './help.ts';
import type { MessageFlags } from './messages/message-flags.ts';
import { safeTerminal } from './messages/safe-terminal.ts';
import type { Terminal } from './terminal.ts';
import type { Misuse } from './usage/advice.ts';
import { takePathArguments } from './usage/path-arguments.ts';
import { version } from './version.ts';

/**
 * Runs natc with the given arguments (without `node` and the script).
 *
 * Usage errors are reported here and give exit status 2; whatever else is thrown is a bug of natc or
 * a failing output stream, and the caller's to report.
 */
export async function runProgram(args: readonly string[], process: Terminal): Promise<ExitCode> {
  const terminal = safeTerminal(process);
  if (args[0] === '__complete') return completeLine(args.slice(1), terminal);
  let exitCode: ExitCode = exitCodes.success;
  const pending: Promise<void>[] = [];
  const requested = requestedCommand(args);
  const wanted = (name: string) => name === requested;
  let refused: ExitCode | undefined;
  let misuse: { readonly text: string; readonly command: Command | undefined } | undefined;
  const program = await buildProgram(wanted, (command, definition) => {
    command.action(async () => {
      exitCode = refused ?? (await definition.run(command, terminal));
      const { late } = command.opts<MessageFlags>();
      if (late !== undefined) exitCode = await late.finish(exitCode, command.opts(), terminal);
    });
  });
  // Before the hooks of the command, which look at what its options are.
  program.hook('preAction', async (_, command) => {
    takePathArguments(command, args);
    command.setOptionValue('ignoring', makeIgnoring());
    if (command.getOptionValue('lock') === true) {
      const { makeLateWrite } = await import('./messages/late-write.ts');
      command.setOptionValue('late', makeLateWrite());
    }
    if (!takesNatcConfig(command)) return;
    const { takeNatcConfig } = await import('./config/natc-config.ts');
    refused = await takeNatcConfig(command, terminal);
  });
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: (text) => pending.push(terminal.stdout.write(text)),
      writeErr: (text) => pending.push(terminal.stderr.write(text)),
      getOutHelpWidth: () => terminal.stdout.columns ?? 80,
      getErrHelpWidth: () => terminal.stderr.columns ?? 80,
      outputError: (text) => {
        misuse = {
          text: usageError(text, args),
          command: command === program ? undefined : command,
        };
      },
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    exitCode = error.exitCode === 0 ? exitCodes.success : exitCodes.cannotAnswer;
    if (misuse !== undefined) {
      const { text: message, command } = misuse;
      await explainMisuse({ code: error.code, message, command, args }, terminal);
    }
  }
  await Promise.all(pending);
  return exitCode;
}

/** What the scripts of `natc completion` ask for; see there. */
async function completeLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { completeWords } = await import('./completion/complete.ts');
  const program = await buildProgram((name) => name === words[0]);
  await completeWords(program, words, runProgram, terminal);
  return exitCodes.success;
}

/** Says what is wrong with a command line, what would do, and where the help is. */
async function explainMisuse(misuse: Misuse, { stderr }: Terminal): Promise<void> {
  const { adviceFor } = await import('./usage/advice.ts');
  const { problem, advice } = adviceFor(misuse, await buildProgram());
  const name = misuse.command === undefined ? '' : ` ${misuse.command.name()}`;
  const lines = [`natc: ${problem}`, ...(advice?.split('\n') ?? []), `See 'natc${name} --help'.`];
  await stderr.write(`${cut(lines.map(printable).join('\n'), longestUsageError)}\n`);
}

/** The longest message of a wrong command line, in characters. */
const longestUsageError = 1000;

/** What commander says of a wrong command line, in which arguments stand as they were given. */
function usageError(text: string, args: readonly string[]): string {
  const values = args.flatMap((arg) => [arg, arg.slice(arg.indexOf('=') + 1)]);
  const broken = values.filter((value) => value.trim() !== '' && value.includes('\n'));
  const inLines = broken.reduce((said, value) => said.replaceAll(value, printable(value)), text);
  const lines = inLines
    .replace(/^error: /, '')
    .trimEnd()
    .split('\n')
    .map(printable);
  return cut(lines.join('\n'), longestUsageError);
}

/** The command that will run: only its module is loaded, so that `natc --help` starts fast. */
function requestedCommand(args: readonly string[]): string | undefined {
  const words = args.filter((arg) => !arg.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

/**
 * The tree of commands. The wanted ones are complete: all, as completion scripts and the reference
 * need them, or just the one that will run; the others have a name and a summary.
 */
export async function buildProgram(
  wanted: (name: string) => boolean = () => true,
  connect: (command: Command, definition: CommandDefinition) => void = () => {},
): Promise<Command> {
  const program = new Command('natc')
    .description('Compile Kubernetes Services and EndpointSlices into a NAT ruleset')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .version(version(), '-V, --version', 'print the version')
    .addHelpText('after', "\nRun 'natc help COMMAND' for a command's options, with examples.")
    .configureHelp({ optionDescription: ({ description }) => description, formatItem })
    .exitOverride();
  for (const entry of commands) {
    const command = program
      .command(entry.name)
      .summary(entry.summary)
      .addHelpOption(new Option('-h, --help', 'show help').helpGroup('Messages:'));
    if (wanted(entry.name)) {
      const definition = await define(command, entry);
      connect(command, definition);
    }
  }
  return program;
}

async function define(command: Command, entry: CommandEntry): Promise<CommandDefinition> {
  const definition = await entry.load();
  command.description(definition.description);
  definition.configure(command);
  command.addHelpText('after', ({ error }) => {
    const { getErrHelpWidth, getOutHelpWidth } = command.configureOutput();
    return helpFooter(definition, (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? 80);
  });
  return definition;
}
