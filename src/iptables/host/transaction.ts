import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Host } from '../../host/machine/host.ts';
import { iptablesFailure, restoreIptables } from '../../host/machine/iptables-tools.ts';
import type { Revision } from '../../host/state/revision.ts';
import { type IpFamily, ipFamilies } from '../../net/family.ts';
import { isEmptyDelta, type TableDelta, tableDelta } from '../delta.ts';
import { renderTableCommit, type StampSwap } from '../render/iptables-tables.ts';
import { iptablesTableDigest, type TableStamp } from '../stamp.ts';
import { allTables, type IptablesTableRef, type KernelRules } from '../tables.ts';
import { type DesiredTables, type ObservedTables, revisionOf, stampIn } from './observed.ts';

/** What is to be sent: a commit for each table that changes. */
export interface PlannedCommits {
  readonly revision: Revision;
  readonly commits: readonly TableCommit[];
}

export interface TableCommit {
  readonly delta: TableDelta;
  readonly stamp: StampSwap;
}

/**
 * What leads the tables to what is desired, stamps included. A table whose rules stay is stamped where
 * its stamp is not that of its rules, or has a higher number than the revision (rollback): the highest
 * number is that of the revision. For the same reason all are stamped where a family goes.
 *
 * @param time seconds since 1970, for the stamps
 * @returns undefined when the tables hold what is desired
 */
export function plannedCommits(
  observed: Pick<ObservedTables, 'rules' | 'stamps'>,
  desired: DesiredTables,
  time: number,
): PlannedCommits | undefined {
  const number = desired.number ?? (revisionOf(observed.stamps)?.number ?? 0) + 1;
  const revision = { number, digest: desired.digest, time };
  const newStamp = (ref: IptablesTableRef): TableStamp | undefined => {
    const digest = iptablesTableDigest(desired.rules[ref.family][ref.table]);
    return digest === undefined ? undefined : { number, digest, time };
  };
  const commits = commitsTo(observed, desired.rules, (ref, isChanged) => {
    const before = stampIn(observed.stamps, ref);
    const next = newStamp(ref);
    const stays = !isChanged && before?.digest === next?.digest && (before?.number ?? 0) <= number;
    return stays ? before : next;
  });
  if (commits.length === 0) return undefined;
  return commits.some(({ stamp }) => stamp.desired !== undefined)
    ? { revision, commits }
    : { revision, commits: commitsTo(observed, desired.rules, newStamp) };
}

/** A commit for each table whose rules or stamp are not the desired ones. */
export const commitsTo = (
  { rules: observed, stamps }: Pick<ObservedTables, 'rules' | 'stamps'>,
  rules: KernelRules,
  stampFor: (ref: IptablesTableRef, isChanged: boolean) => TableStamp | undefined,
): readonly TableCommit[] =>
  allTables.flatMap((ref) => {
    const { family, table } = ref;
    const delta = tableDelta(ref, observed[family][table], rules[family][table]);
    const isChanged = !isEmptyDelta(delta);
    const before = stampIn(stamps, ref);
    const desired = stampFor(ref, isChanged);
    if (!isChanged && isSameStamp(before, desired)) return [];
    return [{ delta, stamp: { observed: before ?? 'unknown', desired } }];
  });

const isSameStamp = (a: TableStamp | undefined, b: TableStamp | undefined): boolean =>
  a?.digest === b?.digest && a?.number === b?.number && a?.time === b?.time;

/**
 * The input of iptables-restore for one family; '' when there is nothing to send.
 *
 * @param checksJumps whether a table is left alone from which natc's jumps are gone
 */
export const familyText = (
  commits: readonly TableCommit[],
  family: IpFamily,
  checksJumps = false,
): string =>
  commits
    .filter(({ delta }) => delta.family === family)
    .flatMap(({ delta, stamp }) => renderTableCommit(delta, stamp, checksJumps))
    .map((line) => `${line}\n`)
    .join('');

/**
 * Sends them, IPv4 before IPv6.
 *
 * @param more further arguments of iptables-restore
 * @param checksJumps see {@link familyText}
 * @returns what went wrong; then the families and tables before it are done
 */
export async function sendCommits(
  host: Host,
  commits: readonly TableCommit[],
  more: readonly string[] = [],
  checksJumps = false,
): Promise<Diagnostic | undefined> {
  for (const family of ipFamilies) {
    const text = familyText(commits, family, checksJumps);
    if (text === '') continue;
    const failure = iptablesFailure(await restoreIptables(host, family, text, more), family, text);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
