import type { CommitVerdict } from './commit-verdict.ts';
import type { ObservedRuleset } from './observed.ts';

/** What comes after a transaction was sent. */
export type AfterCommit =
  | 'done'
  /** The kernel holds what it held, as far as can be told. */
  | 'refused'
  /** Send all rules, whatever the kernel holds. */
  | 'replace'
  /** List what the kernel holds, and send what differs from that. */
  | 'read-again';

/**
 * Decides it of what nft said and what the stamps say, neither of which is believed alone:
 *
 * | nft ended with                 | the stamps are      | what was sent               | next       |
 * |--------------------------------|---------------------|-----------------------------|------------|
 * | whatever                       | the new ones        | whatever                    | done       |
 * | success                        | not to be read      | whatever                    | done       |
 * | success                        | the old ones        | whatever                    | refused    |
 * | a failure of another kind      | not the new ones    | whatever                    | refused    |
 * | success, or "is not so"        | of somebody else    | all rules                   | refused    |
 * | success                        | of somebody else    | a difference                | read again |
 * | "is not so"                    | not the new ones    | a difference from the state | read again |
 * | "is not so"                    | not the new ones    | a difference from a listing | replace    |
 *
 * "Is not so" is what nft says of a transaction that rests on something that is not there. The last attempt is refused
 * where the table says to go on.
 *
 * @param attempts how many there are, this one included
 */
export function afterCommit(
  answer: 'success' | 'outdated' | 'failure',
  verdict: CommitVerdict,
  sent: 'everything' | 'difference',
  source: ObservedRuleset['source'],
  attempts: number,
): AfterCommit {
  if (verdict === 'done') return 'done';
  if (answer === 'success' && verdict === 'unknown') return 'done';
  if (answer === 'success' && verdict === 'not-done') return 'refused';
  if (answer === 'failure' || sent === 'everything' || attempts <= 1) return 'refused';
  return answer === 'outdated' && source === 'kernel' ? 'replace' : 'read-again';
}
