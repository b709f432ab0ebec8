import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { SyncedEvent } from '../../follow/observer.ts';
import type { EndedFlows } from '../../host/machine/conntrack.ts';
import type { Revision } from '../../host/state/revision.ts';
import { formatEnded } from '../apply/format-ended.ts';
import type { AppliedInput } from '../apply/input.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { FollowLog } from './log.ts';

/** What came of leading the kernel to what is known of the cluster. */
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

/** A change of the kernel that was made. */
export interface Applied {
  readonly revision: Revision;
  /** In words. */
  readonly changes: string;
  readonly ended: EndedFlows['ended'];
}

/**
 * What changed, in the words of `natc apply`.
 *
 * @param latency from the arrival of the oldest event to the commit, in milliseconds; undefined without an event
 */
export function sayOutcome(
  log: FollowLog,
  outcome: AppliedInput['outcome'],
  latency: number | undefined,
): void {
  if (outcome?.kind === 'up-to-date' && formatEnded(outcome.ended) !== '')
    log.say('info', `up to date${formatEnded(outcome.ended)}`);
  if (outcome?.kind === 'applied') sayApplied(log, outcome, latency);
}

/** The same for a change that was made. */
export function sayApplied(
  log: FollowLog,
  { revision, changes, ended }: Applied,
  latency: number | undefined,
): void {
  const { number } = revision;
  const after = latency === undefined ? '' : `, ${latency} ms after the change came`;
  log.say('info', `applied revision ${number}: ${changes}${formatEnded(ended)}${after}`, {
    revision: number,
    ...(latency !== undefined && { latencyMilliseconds: latency }),
  });
}

export const latencyOf = (
  receivedAt: number | undefined,
  committedAt: number | undefined,
): number | undefined =>
  receivedAt === undefined || committedAt === undefined ? undefined : committedAt - receivedAt;
