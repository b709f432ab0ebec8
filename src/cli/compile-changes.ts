import { hash } from 'node:crypto';
import { isPrinted } from '../diagnostics/diagnostic.ts';
import type { Items } from '../incremental/items.ts';
import type { Remembered } from '../incremental/remembered.ts';
import { type CompileInput, inputPaths, readCompileInput } from './compile-input.ts';
import { deliver } from './deliver.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printDiagnostics } from './messages.ts';
import type { CompileFlags } from './shared-options.ts';
import { commandClock, reportStages, type StageClock } from './stage-clock.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';
import { compileAndReport, reportNoInput } from './with-compiled.ts';

interface ChangesFlags extends CompileFlags {
  readonly output: string;
  readonly outFile?: string;
  readonly stateDir: string;
}

/**
 * `natc compile --state-dir`: compiles what has changed since the last time, and what it leaves behind
 * for the next. The text is that of a full compilation, which is done wherever there is doubt, and
 * whenever there is something to say: a warning is given every time, and needs its place in the input.
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
  const { splitItems } = await import('../incremental/items.ts');
  const items = clock.run('split', () => splitItems(input.inputs));
  const exitCode =
    (await compileChanged(input, items, flags, terminal)) ??
    (await compileInFull(input, items, flags, terminal));
  await reportStages(clock, flags, terminal);
  return exitCode;
}

/** Those of other options, and of another natc, are nothing to start from. */
const optionsHash = ({ effective }: CompileInput): string =>
  hash('sha256', JSON.stringify([version(), effective.options]));

/** @returns undefined when all has to be compiled */
async function compileChanged(
  input: CompileInput,
  items: Items,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  const { clock, diagnostics, effective, inputs, optionPlaces } = input;
  // Notes are not kept.
  if (diagnostics.length > 0 || flags.verbose === true) return undefined;
  const { loadRemembered } = await import('./remembered-store.ts');
  const before = await clock.run('recall', () =>
    loadRemembered(flags.stateDir, optionsHash(input)),
  );
  if (before === undefined) return undefined;
  const { recompile } = await import('../incremental/recompile.ts');
  const result = clock.run('changes', () =>
    recompile(before, items, inputs, effective.options, optionPlaces),
  );
  if (result.kind === 'full') {
    await report(`all compiled: ${result.because}`, flags, terminal);
    return undefined;
  }
  await printDiagnostics([], flags, terminal, {
    files: inputs.length,
    objects: items.items.length,
  });
  const exitCode = await clock.run('write', () =>
    deliver(result.remembered.text, flags.outFile, flags, terminal),
  );
  if (result.remembered !== before) await keep(result.remembered, clock, flags, terminal);
  await report(`${result.services} Services compiled, the others as before`, flags, terminal);
  return exitCode;
}

async function compileInFull(
  input: CompileInput,
  items: Items,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { clock } = input;
  const { output, diagnostics, objects, skipped } = await compileAndReport(input, flags, terminal);
  if (output === undefined) return exitCodes.cannotAnswer;
  const { renderNft } = await import('../render/nft.ts');
  const text = clock.run('render', () => renderNft(output.ruleset));
  const exitCode = await clock.run('write', () => deliver(text, flags.outFile, flags, terminal));
  if (diagnostics.some(isPrinted)) return exitCode;
  const others = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const { remember } = await import('../incremental/remembered.ts');
  const remembered = clock.run('remember', () =>
    remember(output, text, items, objects, others, optionsHash(input)),
  );
  if (remembered !== undefined) await keep(remembered, clock, flags, terminal);
  return exitCode;
}

async function keep(
  remembered: Remembered,
  clock: StageClock,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<void> {
  const { storeRemembered } = await import('./remembered-store.ts');
  try {
    await clock.run('keep', () => storeRemembered(flags.stateDir, remembered));
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

const report = async (text: string, flags: ChangesFlags, { stderr }: Terminal): Promise<void> =>
  flags.stats === true ? stderr.write(`${text}\n`) : undefined;
