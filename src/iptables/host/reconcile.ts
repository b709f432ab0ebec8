import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import { stateNotWritten } from '../../host/state/state-directory.ts';
import type { IptablesDelta } from '../delta.ts';
import { afterCommit } from './after-commit.ts';
import { changesInWords } from './changes.ts';
import { readIptablesStamps } from './kernel-tables.ts';
import {
  carryAll,
  type DesiredTables,
  isObserved,
  type ObservedTables,
  observeTables,
  stampIn,
} from './observed.ts';
import { planChange } from './plan-apply.ts';
import { storeTables } from './revision-store.ts';
import { commitsTo, type PlannedCommits, sendCommits } from './transaction.ts';

export type IptablesReconciliation =
  | { readonly kind: 'up-to-date'; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: 'applied';
      readonly revision: Revision;
      readonly delta: IptablesDelta;
      /** The same in words. */
      readonly changes: string;
      readonly diagnostics: readonly Diagnostic[];
    }
  /** Nothing was changed, or all that was has been taken back. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  /** Some tables are the new ones and could not be taken back. */
  | { readonly kind: 'incomplete'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Leads the tables from what they hold to what is desired: a commit for each table that differs. When
 * they turn out to hold something else than thought, they are listed and the difference computed anew;
 * when that fails too, what was done is taken back (see {@link afterCommit}).
 *
 * @param time seconds since 1970, for the stamps
 */
export async function reconcileIptables(
  host: Host,
  directory: string,
  first: ObservedTables,
  desired: DesiredTables,
  time: number,
): Promise<IptablesReconciliation> {
  let observed = first;
  let { change } = planChange(observed, desired, undefined, time);
  if (change === undefined) {
    const { revision, stored } = observed;
    const diagnostics =
      revision === undefined || stored !== undefined
        ? []
        : await tryToStore(directory, revision, desired);
    return { kind: 'up-to-date', diagnostics };
  }
  for (;;) {
    const { revision, commits } = change;
    // Written first: whichever revision the stamps will name has its file.
    const diagnostics = await tryToStore(directory, revision, desired);
    const failure = await sendCommits(host, commits);
    const delta = { tables: commits.map((commit) => commit.delta) };
    const applied = { kind: 'applied', revision, delta, changes: changesInWords(delta) } as const;
    if (failure === undefined && carryAll(await readIptablesStamps(host), desired.rules))
      return { ...applied, diagnostics };
    // Neither a success nor a failure is believed: the tables say what was done.
    const listed = await observeTables(host, directory, observed.stamps, desired.families, true);
    if (!isObserved(listed))
      return { kind: 'incomplete', diagnostics: [...diagnostics, failure ?? listed, notReadBack] };
    const again: PlannedCommits | undefined = planChange(listed, desired, undefined, time).change;
    const tables =
      again === undefined
        ? 'as-desired'
        : changesBack(listed, observed).length === 0
          ? 'as-before'
          : 'other';
    switch (afterCommit(failure === undefined, tables, observed.source)) {
      case 'done': {
        const remarks = failure === undefined ? [] : [doneAllTheSame(failure)];
        return { ...applied, diagnostics: [...diagnostics, ...remarks] };
      }
      case 'refused':
        return { kind: 'refused', diagnostics: [...diagnostics, nothingDone] };
      case 'incomplete':
        return { kind: 'incomplete', diagnostics: [...diagnostics, notThere] };
      case 'take-back':
        return takeBack(host, directory, observed, listed, desired, failure ?? notThere);
      case 'send-again':
        observed = listed;
        change = again ?? change;
    }
  }
}

/** What leads the tables from what they hold now back to what they held. */
const changesBack = (now: ObservedTables, observed: ObservedTables) =>
  commitsTo(now, observed.rules, (ref) => stampIn(observed.stamps, ref));

/** Leads the tables back to what they held, from what they hold now. */
async function takeBack(
  host: Host,
  directory: string,
  observed: ObservedTables,
  now: ObservedTables,
  desired: DesiredTables,
  failure: Diagnostic,
): Promise<IptablesReconciliation> {
  const obstacle = await sendCommits(host, changesBack(now, observed));
  const refused = { kind: 'refused', diagnostics: [failure] } as const;
  if (obstacle === undefined) return refused;
  const then = await observeTables(host, directory, observed.stamps, desired.families, true);
  return isObserved(then) && changesBack(then, observed).length === 0
    ? refused
    : { kind: 'incomplete', diagnostics: [failure, obstacle] };
}

/** A full disk must not keep packets from being routed: the state file only saves time. */
async function tryToStore(
  directory: string,
  revision: Revision,
  { rules, flowServices }: DesiredTables,
): Promise<readonly Diagnostic[]> {
  try {
    await storeTables(directory, { revision, rules, flowServices });
    return [];
  } catch (error) {
    return [stateNotWritten(directory, error)];
  }
}

const doneAllTheSame = ({ message }: Diagnostic): Diagnostic => ({
  code: 'NATC5103',
  severity: 'warning',
  message: `iptables-restore reported a failure (${message}), but the kernel holds the change`,
  places: [],
});

const notReadBack: Diagnostic = {
  code: 'NATC5104',
  severity: 'error',
  message: 'which of the tables hold the change could not be read back',
  places: [],
  hint: 'natc status --backend iptables tells, as soon as iptables-save lists again',
};

const nothingDone: Diagnostic = {
  code: 'NATC5090',
  severity: 'error',
  message: 'iptables-restore reported success, but the tables hold what they held before',
  places: [],
  hint: 'look which iptables-restore it is that natc runs: command -v iptables-restore',
};

const notThere: Diagnostic = {
  code: 'NATC5090',
  severity: 'error',
  message: 'iptables-restore reported success, but the tables do not carry the new stamp',
  places: [],
  hint: 'another program may be changing the tables at the same time, or iptables-restore does half; natc status --backend iptables says what they hold',
};
