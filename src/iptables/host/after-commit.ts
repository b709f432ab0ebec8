import type { ObservedTables } from './observed.ts';

/** What comes after commits were sent, of which not all are known to be done. */
export type AfterCommit =
  | 'done'
  /** The tables hold what they held. */
  | 'refused'
  /** They hold something else. */
  | 'incomplete'
  /** Lead them back to what they held. */
  | 'take-back'
  /** Send what leads from what was listed now. */
  | 'send-again';

/**
 * Decides it of what iptables-restore said and what the tables hold now:
 *
 * | iptables-restore ended with | the tables are   | the change was made of | next       |
 * |-----------------------------|------------------|------------------------|------------|
 * | whatever                    | as desired       | whatever               | done       |
 * | success                     | as before        | whatever               | refused    |
 * | success                     | something else   | whatever               | incomplete |
 * | a failure                   | not as desired   | the state              | send again |
 * | a failure                   | not as desired   | a listing              | take back  |
 */
export function afterCommit(
  isSuccess: boolean,
  tables: 'as-desired' | 'as-before' | 'other',
  source: ObservedTables['source'],
): AfterCommit {
  if (tables === 'as-desired') return 'done';
  if (isSuccess) return tables === 'as-before' ? 'refused' : 'incomplete';
  return source === 'kernel' ? 'take-back' : 'send-again';
}
