import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { SyncedEvent, SyncReason } from '../../follow/observer.ts';
import type { FollowedChange, FollowedStore } from '../../follow/store.ts';
import type { Host } from '../../live/host.ts';
import type { AppliedInput } from '../apply-input.ts';
import type { ApplyFlags } from '../apply-options.ts';
import type { ExitCode } from '../exit-codes.ts';
import { formatChanges, formatEnded } from '../format-changes.ts';
import type { Terminal } from '../terminal.ts';
import type { FollowLog } from './log.ts';
import { syncWhole } from './sync-whole.ts';

export type SyncResult =
  | ({ readonly kind: 'synced'; readonly exitCode: ExitCode } & Pick<
      SyncedEvent,
      'backend' | 'committedAt' | 'extent' | 'plan' | 'revision' | 'diagnostics'
    >)
  | {
      readonly kind: 'failed';
      readonly exitCode: ExitCode;
      readonly diagnostics: readonly Diagnostic[];
    };

/** Leads the kernel to what is known of the cluster. */
export interface Syncer {
  /**
   * @param changes since the last sync, or the last one that failed
   * @param isWhole whether a list came anew
   */
  readonly sync: (
    reason: SyncReason,
    changes: readonly FollowedChange[],
    isWhole: boolean,
  ) => Promise<SyncResult>;
  /** Does what was put off. */
  readonly close: () => Promise<void>;
}

export interface SyncerParts {
  readonly flags: ApplyFlags;
  readonly host: Host;
  readonly log: FollowLog;
  /** What is written to it goes to the log. */
  readonly terminal: Terminal;
}

/** What changed, in the words of `natc apply`. */
export function sayOutcome(log: FollowLog, outcome: AppliedInput['outcome']): void {
  if (outcome?.kind === 'up-to-date' && formatEnded(outcome.ended) !== '')
    log.say('info', `up to date${formatEnded(outcome.ended)}`);
  if (outcome?.kind !== 'applied') return;
  const { revision, delta, ended } = outcome;
  const changes = `${formatChanges(delta)}${formatEnded(ended)}`;
  const { number } = revision;
  log.say('info', `applied revision ${number}: ${changes}`, { revision: number });
}

export function makeSyncer(store: FollowedStore, parts: SyncerParts): Syncer {
  const { host, log, terminal } = parts;
  let backend = parts.flags.backend;
  return {
    sync: async (reason) => {
      const diagnostics: Diagnostic[] = [];
      const flags: ApplyFlags = {
        ...parts.flags,
        backend,
        verify: reason === 'period' || parts.flags.verify === true,
        // What an apply says of its end is said here.
        quiet: true,
        tell: (given) => {
          diagnostics.push(...given);
          log.diagnostics(given);
        },
      };
      const { exitCode, applied, committedAt } = await syncWhole(store, host, flags, terminal);
      if (applied?.output === undefined) return { kind: 'failed', exitCode, diagnostics };
      // Which one it is to be is asked once.
      backend = applied.backend ?? backend;
      const { output, outcome } = applied;
      sayOutcome(log, outcome);
      return {
        kind: 'synced',
        exitCode,
        committedAt,
        extent: 'everything',
        plan: output.plan,
        revision: outcome?.kind === 'applied' ? outcome.revision.number : undefined,
        backend: applied.backend,
        diagnostics,
      };
    },
    close: async () => {},
  };
}
