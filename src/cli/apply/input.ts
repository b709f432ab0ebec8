import type { Backend } from '../../backends/backend.ts';
import type { CompileOutput } from '../../compile.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { OnStep } from '../../host/change/apply-step.ts';
import type { AppliedOutcome } from '../../host/change/outcome.ts';
import type { Host } from '../../host/machine/host.ts';
import type { Items } from '../../recompile/items.ts';
import type { EffectiveOptions } from '../config/effective-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { secondsNow } from '../host-options.ts';
import { exitWithoutOutput } from '../input/cluster-input.ts';
import type { CompiledInput, CompileInput } from '../input/compile-input.ts';
import { compileAndReport } from '../input/with-compiled.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import type { ApplyFlags } from './options.ts';
import { reportWaiting } from './report.ts';

/** What became of an input that was compiled in full. */
export interface AppliedInput {
  readonly exitCode: ExitCode;
  readonly compiled: CompiledInput;
  readonly effective: EffectiveOptions;
  /** What the kernel was led to; undefined where it holds what it held. */
  readonly output: CompileOutput | undefined;
  readonly backend: Backend | undefined;
  readonly outcome: AppliedOutcome | undefined;
  /** Whether that is all of the input: nothing waits, and no policy of this host kept anything out. */
  readonly isWhole: boolean;
}

/**
 * Compiles the whole input, looks whether it can be believed, and applies it.
 *
 * @param items of the input, where the next apply may compile only what changes; undefined: it may not
 * @param onStep see {@link OnStep}
 */
export async function applyInWhole(
  host: Host,
  input: CompileInput,
  items: Items | undefined,
  fingerprint: string,
  flags: ApplyFlags,
  terminal: Terminal,
  onStep?: OnStep,
): Promise<AppliedInput> {
  const compiled = await compileAndReport(input, flags, terminal);
  const { diagnostics } = compiled;
  const { effective } = input;
  const nothing = {
    compiled,
    effective,
    output: undefined,
    backend: undefined,
    outcome: undefined,
  };
  if (compiled.output === undefined)
    return { ...nothing, exitCode: exitWithoutOutput(diagnostics), isWhole: false };
  const { protectPortsOf } = await import('./protect-ports.ts');
  const { output, isQuiet } = await protectPortsOf(host, compiled.output, flags, terminal);
  const { believe, keepBelief } = await import('./hold-back.ts');
  const belief = await believe(host, input, compiled, output, flags, secondsNow());
  await printDiagnostics(belief.diagnostics, flags, terminal);
  if (belief.kind === 'refuse')
    return { ...nothing, exitCode: exitCodes.guardRefused, isWhole: false };
  const { backendFor, isApplied, runApply } = await import('./run.ts');
  const backend = await backendFor(host, output.plan, flags, terminal);
  const refused = await refusedBy(flags.assert, host, belief.output, backend, flags, terminal);
  if (refused !== undefined) return { ...nothing, exitCode: refused, isWhole: false };
  const { isCompared, waiting } = belief;
  let outcome: AppliedInput['outcome'];
  const applied = {
    fingerprint: waiting === undefined && isQuiet ? fingerprint : undefined,
    warnings: countOf(diagnostics),
    isCompared,
    onStep,
    onOutcome: (given: AppliedOutcome) => {
      outcome = given;
    },
  };
  const exitCode = await runApply(host, belief.output, backend, applied, flags, terminal);
  const isDone = isApplied(exitCode) && flags.dryRun === undefined;
  if (isDone) await keepBelief(belief, flags);
  if (isDone && waiting === undefined) flags.news?.looked('all');
  if (
    isDone &&
    isQuiet &&
    waiting === undefined &&
    items !== undefined &&
    backend.applyWritten !== undefined
  ) {
    const { rememberApplied } = await import('./changes.ts');
    await rememberApplied(input, items, compiled, flags);
  }
  const isHeldBack = waiting !== undefined && exitCode === exitCodes.success;
  if (isHeldBack && isDone) await reportWaiting(waiting, terminal);
  return {
    exitCode: isHeldBack ? exitCodes.guardRefused : exitCode,
    compiled,
    effective,
    output: isDone ? belief.output : undefined,
    backend,
    outcome,
    isWhole: waiting === undefined && output === compiled.output,
  };
}

async function refusedBy(
  paths: readonly string[] | undefined,
  host: Host,
  output: CompileOutput,
  backend: Backend,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  if (paths === undefined) return undefined;
  const { refusedByAssertions } = await import('../assert/gate.ts');
  return refusedByAssertions(host, output, backend, { paths, flags }, terminal);
}

const countOf = (diagnostics: readonly Diagnostic[]): number =>
  diagnostics.filter(({ severity }) => severity === 'warning').length;
