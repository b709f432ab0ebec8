import { nothingInvented } from '../../allocate/invented.ts';
import type { CompileOutput } from '../../compile.ts';
import { cannotAnswer } from '../cannot-answer.ts';
import { deliver } from '../deliver.ts';
import type { ExitCode } from '../exit-codes.ts';
import { type CompiledInput, compileDemands } from '../input/compile-input.ts';
import { withCompiled } from '../input/with-compiled.ts';
import type { CompileFlags } from '../shared-options.ts';
import type { StageClock } from '../stage-clock.ts';
import type { Terminal } from '../terminal.ts';
import { formatLimits, type outputFormats, rulesetFormats, rulesetText } from './output-formats.ts';

/** What `natc compile` finds in `command.opts()`. */
export interface CompileCommandFlags extends CompileFlags {
  readonly output: keyof typeof outputFormats;
  readonly outFile?: string;
  readonly allNodes?: boolean;
  readonly outDir?: string;
  readonly prune?: boolean;
  readonly compiledDir?: string;
}

/** `natc compile`, in full, for each node, or what has changed since. */
export async function runCompile(
  flags: CompileCommandFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { compiledDir } = flags;
  if ((flags.allNodes ?? flags.outDir ?? flags.prune) !== undefined) {
    const { compileAllNodes } = await import('./all-nodes.ts');
    return compileAllNodes(flags, terminal);
  }
  if (compiledDir === undefined) {
    const deliverOutput = async (
      output: CompileOutput,
      clock: StageClock,
      compiled: CompiledInput,
    ) => {
      const text = await clock.run('render', () =>
        rulesetText(
          output,
          {
            options: compiled.options,
            invented: compiled.completed?.invented ?? nothingInvented,
          },
          flags.output,
        ),
      );
      return clock.run('write', () => deliver(text, flags.outFile, flags, terminal));
    };
    const limits = formatLimits[flags.output];
    const demands = { ...compileDemands, laysOut: rulesetFormats.has(flags.output) };
    return withCompiled(flags, terminal, deliverOutput, limits, demands);
  }
  if (flags.allocate === true || flags.base !== undefined) {
    const flag = flags.allocate === true ? '--allocate' : '--base';
    const problem = `${flag} has no --state-dir: what natc makes up is not for a node`;
    return cannotAnswer('compile', problem, terminal);
  }
  const { runCompileChanges } = await import('./changes.ts');
  return runCompileChanges({ ...flags, stateDir: compiledDir }, terminal);
}
