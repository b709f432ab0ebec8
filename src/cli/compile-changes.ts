import type { Items } from '../incremental/items.ts';
import type { Remembered } from '../incremental/remembered.ts';
import { exitWithoutOutput } from './cluster-input.ts';
import { type CompileInput, inputPaths, readCompileInput } from './compile-input.ts';
import { deliver } from './deliver.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printDiagnostics } from './messages.ts';
import { keepRemembered, recompileInput, rememberCompiled, splitInput } from './recompile-input.ts';
import type { CompileFlags } from './shared-options.ts';
import { commandClock, reportStages, type StageClock } from './stage-clock.ts';
import type { Terminal } from './terminal.ts';
import { compileAndReport, reportNoInput } from './with-compiled.ts';

interface ChangesFlags extends CompileFlags {
  readonly output: string;
  readonly outFile?: string;
  readonly stateDir: string;
}

/**
 * `natc compile --state-dir`: compiles what has changed since the last time, and keeps what the next
 * time needs. The text is that of a full compilation, which is done wherever there is doubt.
 */
export async function compileChanges(flags: ChangesFlags, terminal: Terminal): Promise<ExitCode> {
  if (flags.output !== 'nft') {
    await terminal.stderr.write("natc: --state-dir is for -o nft\nSee 'natc compile --help'.\n");
    return exitCodes.cannotAnswer;
  }
  const paths = inputPaths(flags, terminal);
  if (paths === undefined) return reportNoInput(terminal);
  const clock = commandClock(flags, terminal);
  const input = await readCompileInput(flags, paths, clock);
  const items = await splitInput(input);
  const exitCode =
    (await compileChanged(input, items, flags, terminal)) ??
    (await compileInFull(input, items, flags, terminal));
  await reportStages(clock, flags, terminal);
  return exitCode;
}

/** @returns undefined when all has to be compiled */
async function compileChanged(
  input: CompileInput,
  items: Items,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  const result = await recompileInput(input, items, flags, terminal);
  if (result === undefined) return undefined;
  const { clock, inputs } = input;
  const { remembered, output } = result;
  // A machine's format is a document even when there is nothing to say.
  const files = input.listedByNatc ? ('cluster' as const) : inputs.length;
  const size = { files, objects: remembered.items.length };
  await printDiagnostics([], flags, terminal, size);
  const exitCode = await clock.run('write', () =>
    deliver(remembered.text, flags.outFile, flags, terminal),
  );
  if (output !== undefined) await keep(remembered, clock, flags, terminal);
  return exitCode;
}

async function compileInFull(
  input: CompileInput,
  items: Items,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { clock } = input;
  const compiled = await compileAndReport(input, flags, terminal);
  const { output } = compiled;
  if (output === undefined) return exitWithoutOutput(compiled.diagnostics);
  const { renderNft } = await import('../render/nft.ts');
  const text = clock.run('render', () => renderNft(output.ruleset));
  const exitCode = await clock.run('write', () => deliver(text, flags.outFile, flags, terminal));
  const remembered = await rememberCompiled(input, items, compiled, text);
  if (remembered !== undefined) await keep(remembered, clock, flags, terminal);
  return exitCode;
}

async function keep(
  remembered: Remembered,
  clock: StageClock,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<void> {
  try {
    await keepRemembered(remembered, flags.stateDir, clock);
  } catch (error) {
    const { systemErrorText } = await import('../live/system-error.ts');
    const diagnostic = {
      code: 'NATC5036',
      severity: 'warning',
      message: `nothing could be kept in ${flags.stateDir}: ${systemErrorText(error)}`,
      places: [{ kind: 'option', option: '--state-dir', value: flags.stateDir }],
      hint: 'name a directory that can be written; until then everything is compiled each time',
    } as const;
    await printDiagnostics([diagnostic], flags, terminal);
  }
}
