import type { AnyRollback } from '../../backends/backend.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Waiting } from '../../hold-back/waiting.ts';
import type { DryRunOutcome } from '../../host/change/dry-run.ts';
import type { AppliedOutcome } from '../../host/change/outcome.ts';
import type { Unchanged } from '../../host/change/unchanged.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { MessageFlags } from '../messages/message-flags.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import { formatEnded } from './format-ended.ts';

/** Says on stderr what apply did, unless asked to be quiet, and how the process shall end. */
export async function reportApply(
  outcome: AppliedOutcome,
  flags: MessageFlags,
  terminal: Terminal,
  confirmSeconds?: number,
): Promise<ExitCode> {
  if (outcome.kind === 'lock-timeout') return reportLockTimeout(terminal);
  await printDiagnostics(outcome.diagnostics, flags, terminal);
  switch (outcome.kind) {
    case 'refused':
      // Then it is not known whether anything was changed.
      return outcome.diagnostics.some(({ code }) => code === 'NATC5104')
        ? exitCodes.incomplete
        : exitCodes.hostRefused;
    case 'guarded':
      return exitCodes.guardRefused;
    case 'incomplete':
      return exitCodes.incomplete;
    case 'up-to-date':
      await say(`up to date${formatEnded(outcome.ended)}\n`, flags, terminal);
      break;
    case 'applied': {
      const { revision, ended } = outcome;
      const changes = `${outcome.changes}${formatEnded(ended)}`;
      await say(`applied revision ${revision.number}: ${changes}\n`, flags, terminal);
      if (confirmSeconds !== undefined)
        await say(`rolled back in ${confirmSeconds}s unless natc confirm comes\n`, flags, terminal);
      break;
    }
  }
  return outcome.diagnostics.some(isFailure) ? exitCodes.incomplete : exitCodes.success;
}

/** The input was recognised and not even parsed. */
export async function reportUnchanged(
  { diagnostics }: Unchanged,
  flags: MessageFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  await printDiagnostics(diagnostics, flags, terminal);
  flags.news?.looked('host');
  await say('up to date\n', flags, terminal);
  return diagnostics.some(isFailure) ? exitCodes.incomplete : exitCodes.success;
}

/** The transaction goes to stdout. */
export async function reportDryRun(
  outcome: DryRunOutcome,
  flags: MessageFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  await printDiagnostics(outcome.diagnostics, flags, terminal);
  if (outcome.kind !== 'planned')
    return outcome.kind === 'refused' ? exitCodes.hostRefused : exitCodes.guardRefused;
  await terminal.stdout.write(outcome.script);
  if (outcome.script === '') await say('up to date\n', flags, terminal);
  return exitCodes.success;
}

export async function reportRollback(
  outcome: AnyRollback,
  flags: MessageFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (outcome.kind === 'not-pending') return exitCodes.success;
  if (outcome.kind === 'lock-timeout') return reportLockTimeout(terminal);
  await printDiagnostics(outcome.diagnostics, flags, terminal);
  switch (outcome.kind) {
    case 'refused':
      return exitCodes.hostRefused;
    case 'guarded':
      return exitCodes.guardRefused;
    case 'incomplete':
      return exitCodes.incomplete;
    case 'removed':
      await say('removed all rules of natc: there were none before\n', flags, terminal);
      return exitCodes.success;
    case 'up-to-date':
      await say(`up to date${formatEnded(outcome.ended)}\n`, flags, terminal);
      break;
    case 'applied': {
      const { revision, ended } = outcome;
      const changes = `${outcome.changes}${formatEnded(ended)}`;
      await say(`back at revision ${revision.number}: ${changes}\n`, flags, terminal);
      break;
    }
  }
  return outcome.diagnostics.some(isFailure) ? exitCodes.incomplete : exitCodes.success;
}

/** Something of the input is not believed yet: said also when asked to be quiet. */
export async function reportWaiting(waiting: Waiting, { stderr }: Terminal): Promise<void> {
  const { waitingLine } = await import('../../hold-back/messages.ts');
  await stderr.write(`${waitingLine(waiting)}\n`);
}

export async function reportLockTimeout(terminal: Terminal): Promise<ExitCode> {
  await terminal.stderr.write('natc: another natc holds the lock; nothing was changed\n');
  return exitCodes.lockTimeout;
}

async function say(text: string, flags: MessageFlags, terminal: Terminal): Promise<void> {
  if (flags.quiet !== true) await terminal.stderr.write(text);
}

/** What another program did, or another backend left: seen or repaired. */
const remarks: ReadonlySet<string> = new Set([
  'NATC5026',
  'NATC5027',
  'NATC5028',
  'NATC5054',
  'NATC5086',
  'NATC5087',
  'NATC5103',
]);

/** Everything else that is said after an apply is something left undone. */
const isFailure = ({ code }: Diagnostic): boolean => !remarks.has(code);
