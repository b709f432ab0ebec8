import type { Items } from '../../recompile/items.ts';
import type { KnownCompilation } from '../../recompile/known.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import {
  type CompileInput,
  inputPaths,
  judgingDemands,
  readCompileInput,
} from '../input/compile-input.ts';
import {
  keepCompilation,
  recompileInput,
  rememberCompiled,
  splitInput,
  unlessDamaged,
} from '../input/recompile-input.ts';
import { compileAndReport, reportNoInput } from '../input/with-compiled.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { CompileFlags } from '../shared-options.ts';
import { commandClock, reportStages, type StageClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { rulesetHead } from './ruleset-head.ts';

interface ChangesFlags extends CompileFlags {
  readonly output: string;
  readonly outFile?: string;
  readonly stateDir: string;
}

/**
 * `natc compile --state-dir`: compiles what has changed since the last time, and keeps what the next
 * time needs. The text is that of a full compilation, which is done wherever there is doubt.
 */
export async function runCompileChanges(
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (flags.output !== 'nft') return cannotAnswer('compile', '--state-dir is for -o nft', terminal);
  const paths = inputPaths(flags, terminal);
  if (paths === undefined) return reportNoInput(terminal);
  const clock = commandClock(flags, terminal);
  const input = await readCompileInput(flags, paths, clock, judgingDemands);
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
  const { changed, diagnostics } = result;
  const files = input.listedByNatc ? ('cluster' as const) : inputs.length;
  const tell = () =>
    printDiagnostics(diagnostics, flags, terminal, { files, objects: items.items.length });
  if (changed === undefined) {
    await tell();
    return exitWithoutOutput(diagnostics);
  }
  const { renderWritten } = await import('../../nftables/canonical/render-written.ts');
  const { familyFragmentsOf } = await import('../../recompile/written-known.ts');
  const { known, output } = changed;
  const text = await unlessDamaged(() =>
    clock.run('render', () => renderWritten(familyFragmentsOf(known.groups, output.plan))),
  );
  if (text === undefined) return undefined;
  await tell();
  const exitCode = await clock.run('write', () => deliverText(text, input, flags, terminal));
  await keep(known, clock, flags, terminal);
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
  const { renderNft } = await import('../../nftables/render/nft.ts');
  const text = clock.run('render', () => renderNft(output.ruleset));
  const exitCode = await clock.run('write', () => deliverText(text, input, flags, terminal));
  const known = await rememberCompiled(input, items, compiled);
  if (known !== undefined) await keep(known, clock, flags, terminal);
  return exitCode;
}

const deliverText = (
  text: string,
  { effective }: CompileInput,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<ExitCode> =>
  deliver(`${rulesetHead(effective.options)}${text}`, flags.outFile, flags, terminal);

async function keep(
  known: KnownCompilation,
  clock: StageClock,
  flags: ChangesFlags,
  terminal: Terminal,
): Promise<void> {
  try {
    await keepCompilation(known, flags.stateDir, clock);
  } catch (error) {
    const { systemErrorText } = await import('../../host/machine/system-error.ts');
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
