import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ApplyOutcome } from '../live/apply.ts';
import type { IptablesOutcome } from '../live/iptables.ts';
import type { Delta } from '../ruleset/delta.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printDiagnostics } from './messages.ts';
import type { CompileFlags } from './shared-options.ts';
import type { Terminal } from './terminal.ts';

/** Says on stderr what apply did, unless asked to be quiet, and how the process shall end. */
export async function reportApply(
  outcome: ApplyOutcome,
  flags: CompileFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (outcome.kind === 'lock-timeout') {
    await terminal.stderr.write('natc: another natc holds the lock; nothing was changed\n');
    return exitCodes.lockTimeout;
  }
  await printDiagnostics(outcome.diagnostics, flags, terminal);
  switch (outcome.kind) {
    case 'refused':
      return exitCodes.hostRefused;
    case 'guarded':
      return exitCodes.guardRefused;
    case 'up-to-date':
      if (flags.quiet !== true) await terminal.stderr.write('up to date\n');
      break;
    case 'applied': {
      const { revision, delta } = outcome;
      if (flags.quiet !== true)
        await terminal.stderr.write(`applied revision ${revision.number}: ${changes(delta)}\n`);
      break;
    }
  }
  return outcome.diagnostics.some(isFailure) ? exitCodes.incomplete : exitCodes.success;
}

/**
 * Drift was repaired, and what another backend left was removed; everything else that is said after an
 * apply is something left undone.
 */
const isFailure = ({ code }: Diagnostic): boolean => !['NATC5026', 'NATC5054'].includes(code);

/** The same for an apply through iptables. */
export async function reportIptables(
  outcome: IptablesOutcome | { readonly kind: 'lock-timeout' },
  flags: CompileFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (outcome.kind === 'lock-timeout') return reportApply(outcome, flags, terminal);
  await printDiagnostics(outcome.diagnostics, flags, terminal);
  switch (outcome.kind) {
    case 'refused':
      return exitCodes.hostRefused;
    case 'guarded':
      return exitCodes.guardRefused;
    case 'incomplete':
      return exitCodes.incomplete;
    case 'applied':
      if (flags.quiet !== true)
        await terminal.stderr.write(`applied: ${outcome.rules} rules (${outcome.tools.version})\n`);
      return outcome.diagnostics.some(isFailure) ? exitCodes.incomplete : exitCodes.success;
  }
}

function changes(delta: Delta | undefined): string {
  if (delta === undefined) return 'tables replaced';
  const count = { added: 0, deleted: 0 };
  for (const operation of [...delta.operations, ...delta.cleanup]) {
    if (operation.kind === 'add-elements') count.added += operation.elements.length;
    if (operation.kind === 'delete-elements') count.deleted += operation.elements.length;
  }
  const chains = delta.operations.filter(({ kind }) => kind === 'add-chain').length;
  return `${count.added} elements added, ${count.deleted} deleted, ${chains} chains added`;
}
