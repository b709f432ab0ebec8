import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { checkInKernel } from '../live/kernel-check.ts';
import { nftVersion } from '../live/nft.ts';
import { checkSysctls, requiredSysctls } from '../live/sysctl.ts';
import type { CheckFlags } from './commands/check.ts';
import type { Compiled } from './compile-input.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { thisHost } from './host.ts';
import { diagnosticsFormat, printDiagnostics } from './messages.ts';
import type { Terminal } from './terminal.ts';
import { skippedLine } from './with-compiled.ts';

/** Adds what the kernel and the host say, and prints everything: the second half of `natc check`. */
export async function finishCheck(
  compiled: Compiled,
  flags: CheckFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const host = await thisHost(terminal);
  const { output } = compiled;
  const kernel =
    output !== undefined && flags.kernel ? await checkInKernel(host, output.ruleset) : [];
  const sysctls =
    output !== undefined && flags.sysctl
      ? await checkSysctls(host, requiredSysctls(output.plan))
      : [];
  const diagnostics = [...compiled.diagnostics, ...kernel, ...sysctls];
  const format = diagnosticsFormat(flags, terminal);
  // Here json and sarif are what the user asked for, not remarks beside it.
  const channel = format === 'json' || format === 'sarif' ? terminal.stdout : terminal.stderr;
  await printDiagnostics(diagnostics, flags, terminal, compiled.size, channel);
  if (format === 'text' && flags.quiet !== true) {
    await terminal.stderr.write(skippedLine(compiled.skipped));
    if (output !== undefined && flags.kernel && kernel.length === 0) {
      await terminal.stdout.write(`the kernel accepts the ruleset (${await nftVersion(host)})\n`);
    }
  }
  return checkExitCode(diagnostics, flags);
}

/** Input that cannot be read leaves nothing to check; a host that cannot check gives no answer. */
function checkExitCode(diagnostics: readonly Diagnostic[], flags: CheckFlags): ExitCode {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.some(({ code }) => code.startsWith('NATC1'))) return exitCodes.cannotAnswer;
  const cannotCheck = new Set(['NATC5001', 'NATC5002', 'NATC5004', 'NATC5005']);
  if (errors.some(({ code }) => !cannotCheck.has(code))) return exitCodes.no;
  if (errors.length > 0) return exitCodes.hostRefused;
  const warned = diagnostics.some(({ severity }) => severity === 'warning');
  return warned && flags.failOn === 'warning' ? exitCodes.no : exitCodes.success;
}
