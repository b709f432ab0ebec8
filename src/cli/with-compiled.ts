import type { CompileOutput } from '../compile.ts';
import {
  type Compiled,
  type CompileInput,
  compileRead,
  inputPaths,
  readCompileInput,
} from './compile-input.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printDiagnostics } from './messages.ts';
import type { CompileFlags } from './shared-options.ts';
import type { Terminal } from './terminal.ts';

/**
 * Compiles what the flags name, prints the diagnostics, and goes on with the result unless there was
 * an error: then nothing else is printed and the exit status is 2.
 */
export async function withCompiled(
  flags: CompileFlags,
  terminal: Terminal,
  next: (output: CompileOutput) => Promise<ExitCode>,
): Promise<ExitCode> {
  const paths = inputPaths(flags, terminal);
  if (paths === undefined) return reportNoInput(terminal);
  const { output } = await compileAndReport(await readCompileInput(flags, paths), flags, terminal);
  return output === undefined ? exitCodes.cannotAnswer : next(output);
}

/** Compiles what was read and prints the diagnostics. */
export async function compileAndReport(
  input: CompileInput,
  flags: CompileFlags,
  terminal: Terminal,
): Promise<Compiled> {
  const compiled = await compileRead(input);
  const { diagnostics, size, skipped } = compiled;
  await printDiagnostics(diagnostics, flags, terminal, size);
  if (flags.verbose === true) await terminal.stderr.write(skippedLine(skipped));
  return compiled;
}

export async function reportNoInput(terminal: Terminal): Promise<ExitCode> {
  await terminal.stderr.write(
    'natc: no input: name files or directories with -f, or pipe manifests in\n',
  );
  return exitCodes.cannotAnswer;
}

/** `skipped objects of other kinds: 2 ConfigMap, 1 Deployment`, or nothing. */
export function skippedLine(skipped: ReadonlyMap<string, number>): string {
  if (skipped.size === 0) return '';
  const kinds = [...skipped].sort(([a], [b]) => (a < b ? -1 : 1));
  const counts = kinds.map(([kind, count]) => `${count} ${kind}`).join(', ');
  return `skipped objects of other kinds: ${counts}\n`;
}
