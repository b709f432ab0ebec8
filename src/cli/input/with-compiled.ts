import type { CompileOutput } from '../../compile.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { cut, printable } from '../../diagnostics/printable.ts';
import { counted } from '../../diagnostics/summary.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { diagnosticsFormat, printDiagnostics } from '../messages/messages.ts';
import type { CompileFlags } from '../shared-options.ts';
import { commandClock, reportStages, type StageClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { exitWithoutOutput } from './cluster-input.ts';
import {
  type CompiledInput,
  type CompileInput,
  compileRead,
  type InputDemands,
  inputPaths,
  judgingDemands,
  type NotRead,
  readCompileInput,
} from './compile-input.ts';

/** What a format has to say about a compilation beside what the compiler said. */
export type FormatLimits = (output: CompileOutput) => Promise<readonly Diagnostic[]>;

/**
 * Compiles what the flags name, prints the diagnostics, and goes on with the result unless there was
 * an error: then nothing else is printed and the exit status is 2.
 */
export async function withCompiled(
  flags: CompileFlags,
  terminal: Terminal,
  next: (output: CompileOutput, clock: StageClock, compiled: CompiledInput) => Promise<ExitCode>,
  limits?: FormatLimits,
  demands: InputDemands = judgingDemands,
): Promise<ExitCode> {
  const paths = inputPaths(flags, terminal);
  if (paths === undefined) return reportNoInput(terminal);
  const clock = commandClock(flags, terminal);
  const input = await readCompileInput(flags, paths, clock, demands);
  const compiled = await compileAndReport(input, flags, terminal, limits);
  const { output, diagnostics } = compiled;
  if (output === undefined) return exitWithoutOutput(diagnostics);
  const exitCode = await next(output, clock, compiled);
  await reportStages(clock, flags, terminal);
  return exitCode;
}

/** Compiles what was read and prints the diagnostics. */
export async function compileAndReport(
  input: CompileInput,
  flags: CompileFlags,
  terminal: Terminal,
  limits?: FormatLimits,
): Promise<CompiledInput> {
  const compiled = await compileRead(input);
  const { output, size } = compiled;
  const more = output === undefined || limits === undefined ? [] : await limits(output);
  const diagnostics = [...compiled.diagnostics, ...more];
  await printDiagnostics(diagnostics, flags, terminal, size);
  if (flags.verbose === true && diagnosticsFormat(flags, terminal) === 'text')
    await terminal.stderr.write(skippedLines(compiled));
  await reportStages(input.clock, flags, terminal);
  return { ...compiled, diagnostics, output: hasErrors(more) ? undefined : output };
}

export async function reportNoInput(terminal: Terminal): Promise<ExitCode> {
  await terminal.stderr.write(
    'natc: no input: name files or directories with -f, pipe manifests in, or list a cluster with --from-cluster\n',
  );
  return exitCodes.cannotAnswer;
}

const mostKinds = 50;
const mostFiles = 3;

/** A line each of objects of other kinds, files without objects, and what was excluded; nothing where there is none. */
export const skippedLines = ({
  skipped,
  notRead,
}: Pick<CompiledInput, 'skipped' | 'notRead'>): string =>
  [kindsLine(skipped), foreignLine(notRead), excludedLine(notRead)]
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');

/** `skipped objects of other kinds: 2 ConfigMap, 1 Deployment` */
function kindsLine(skipped: ReadonlyMap<string, number>): string {
  if (skipped.size === 0) return '';
  const kinds = [...skipped].sort(([a], [b]) => (a < b ? -1 : 1));
  const more = kinds.length > mostKinds ? `, and ${kinds.length - mostKinds} more` : '';
  const counts = kinds
    .slice(0, mostKinds)
    .map(([kind, count]) => `${count} ${cut(printable(kind), 100)}`)
    .join(', ');
  return `skipped objects of other kinds: ${counts}${more}`;
}

/** `skipped 4 files without Kubernetes objects: a.yaml, b.yaml, c.json and 1 more` */
function foreignLine({ foreign }: NotRead): string {
  if (foreign.length === 0) return '';
  const names = foreign.slice(0, mostFiles).map((name) => cut(printable(name), 300));
  const rest = foreign.length - names.length;
  const more = rest > 0 ? ` and ${rest} more (-v lists them)` : '';
  return `skipped ${counted(foreign.length, 'file')} without Kubernetes objects: ${names.join(', ')}${more}`;
}

const excludedLine = ({ excluded }: NotRead): string =>
  excluded === 0
    ? ''
    : `excluded: ${excluded} ${excluded === 1 ? 'file or directory' : 'files or directories'}`;
