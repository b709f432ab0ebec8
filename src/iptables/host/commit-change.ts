import type { Host } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import type { IptablesDelta } from '../delta.ts';
import type { IptablesStamps } from '../stamp.ts';
import { type KernelRules, kernelRules } from '../tables.ts';
import { readIptablesStamps } from './kernel-tables.ts';
import { carryAll, type DesiredTables } from './observed.ts';
import { plannedCommits, sendCommits } from './transaction.ts';

/** What the tables of the kernel hold, as far as is known. */
export interface KnownTables {
  readonly stamps: IptablesStamps;
  readonly rules: KernelRules;
}

export type CommittedTables =
  | {
      readonly kind: 'committed';
      readonly revision: Revision;
      /** From now on. */
      readonly observed: KnownTables;
      readonly delta: IptablesDelta;
    }
  /** It is no change for the kernel. */
  | { readonly kind: 'nothing' }
  /** Whether the kernel holds it, and what it holds, has to be found out. */
  | { readonly kind: 'unsure' };

/**
 * Sends the chains that differ to tables of which it is known what they hold, without asking anything
 * before: each commit deletes the stamp by its value and asks for natc's jumps, so that it fails where
 * somebody else changed the table. No lock is needed for it.
 *
 * @param time seconds since 1970, for the stamps
 */
export async function commitTables(
  host: Host,
  observed: KnownTables,
  desired: DesiredTables,
  time: number,
): Promise<CommittedTables> {
  const planned = plannedCommits(observed, desired, time);
  if (planned === undefined) return { kind: 'nothing' };
  const { revision, commits } = planned;
  if ((await sendCommits(host, commits, [], true)) !== undefined) return { kind: 'unsure' };
  const changed = commits.map(({ delta: { family, table } }) => ({ family, table }));
  const read = await readIptablesStamps(host, changed);
  const stamps = kernelRules(({ family, table }) => {
    const isChanged = changed.some((each) => each.family === family && each.table === table);
    return (isChanged ? read : observed.stamps)[family][table];
  });
  // That iptables-restore ended with 0 is no proof that the kernel took a change.
  if (!carryAll(stamps, desired.rules)) return { kind: 'unsure' };
  const delta = { tables: commits.map((commit) => commit.delta) };
  return { kind: 'committed', revision, observed: { stamps, rules: desired.rules }, delta };
}
