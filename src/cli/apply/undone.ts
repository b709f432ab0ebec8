import type { AnyRollback } from '../../backends/backend.ts';
import { undoExpired } from '../../backends/undo-expired.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { namingCapabilities } from '../../host/machine/capabilities.ts';
import type { Host } from '../../host/machine/host.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { changeOptions } from '../host-options.ts';
import { printDiagnostics } from '../messages/messages.ts';
import type { Terminal } from '../terminal.ts';
import type { ApplyFlags } from './options.ts';
import { reportLockTimeout } from './report.ts';

/**
 * Before an apply: undoes what nobody confirmed in time and nothing rolled back.
 *
 * @returns the exit status where apply cannot go on
 */
export async function undoFirst(
  host: Host,
  flags: ApplyFlags,
  terminal: Terminal,
): Promise<ExitCode | undefined> {
  // A dry run says that something stands against it.
  if (flags.dryRun !== undefined) return undefined;
  const undone = await undoExpired(host, changeOptions(flags), { replaces: true });
  switch (undone.kind) {
    case 'not-expired':
      return undefined;
    case 'lock-timeout':
      return reportLockTimeout(terminal);
    case 'refused':
      await printDiagnostics(undone.diagnostics, flags, terminal);
      return exitCodes.hostRefused;
    case 'damaged':
      await printDiagnostics(undone.diagnostics, flags, terminal);
      return undefined;
    case 'undone': {
      const { ago, outcome } = undone;
      if (outcome.kind === 'not-pending') return undefined;
      const { diagnostics, exitCode } = undoneBefore(await namingCapabilities(host, outcome), ago);
      await printDiagnostics(diagnostics, flags, terminal);
      return exitCode;
    }
  }
}

interface UndoneBefore {
  readonly diagnostics: readonly Diagnostic[];
  /** Undefined: apply goes on. */
  readonly exitCode: ExitCode | undefined;
}

/** What an apply says of what was undone before it, or could not be. */
export function undoneBefore(outcome: AnyRollback, ago: number | undefined): UndoneBefore {
  const what = resultOf(outcome);
  const said = 'diagnostics' in outcome ? outcome.diagnostics : [];
  if (what !== undefined)
    return { diagnostics: [undoneLate(ago, what), ...said], exitCode: undefined };
  const gone = said.find(({ code }) => code === 'NATC5035');
  if (gone !== undefined) return { diagnostics: [cannotUndo(gone.message)], exitCode: undefined };
  const isUnknown = outcome.kind === 'incomplete' || said.some(({ code }) => code === 'NATC5104');
  return {
    diagnostics: said,
    exitCode: isUnknown ? exitCodes.incomplete : exitCodes.hostRefused,
  };
}

/** What going back led to, in words; undefined where it failed. */
export function resultOf(outcome: AnyRollback): string | undefined {
  switch (outcome.kind) {
    case 'removed':
      return 'all rules of natc were removed, as there were none before';
    case 'applied':
      return `it was rolled back to revision ${outcome.revision.number}`;
    case 'up-to-date':
      return 'what was there before is in force';
    case 'not-pending':
      return 'it had not been made';
    case 'refused':
    case 'guarded':
    case 'incomplete':
    case 'lock-timeout':
      return undefined;
  }
}

const since = (ago: number | undefined): string =>
  ago === undefined ? '' : ` (its time was up ${ago}s ago)`;

const undoneLate = (ago: number | undefined, what: string): Diagnostic => ({
  code: 'NATC5106',
  severity: 'warning',
  message: `nobody confirmed the last change in time${since(ago)}, and nothing had undone it: ${what}`,
  places: [],
  hint: 'the process that should have rolled back is gone: was it killed, or the machine started anew?',
});

const cannotUndo = (reason: string): Diagnostic => ({
  code: 'NATC5109',
  severity: 'warning',
  message: `nobody confirmed the last change in time, and it cannot be undone: ${reason}`,
  places: [],
  hint: 'this apply goes on with its input, unless that is the ruleset that nobody confirmed',
});

/** `natc confirm` came too late, and did what should have been done by then. */
export const confirmedTooLate = (ago: number | undefined, what: string): Diagnostic => ({
  code: 'NATC5116',
  severity: 'error',
  message: `too late to confirm the last change${since(ago)}: ${what}`,
  places: [],
  hint: 'apply the change again, with a longer --confirm-timeout',
});
