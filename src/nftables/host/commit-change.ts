import { isDeepStrictEqual } from 'node:util';
import { type Host, succeeded, type WaitingPrograms } from '../../host/machine/host.ts';
import type { Revision } from '../../host/state/revision.ts';
import type { NftFamily } from '../../net/family.ts';
import type { CanonicalRuleset } from '../canonical/canonical.ts';
import type { WrittenRuleset } from '../canonical/written.ts';
import { type Delta, deltaBetween } from '../delta.ts';
import { tableName } from '../names.ts';
import { askNft } from './ask-nft.ts';
import { carriedAffinity } from './carry-affinity.ts';
import type { Stamps } from './kernel-tables.ts';
import { commonRevision } from './observed.ts';
import type { Stamp } from './stamp.ts';
import { readStamp, revisionSet } from './stamp.ts';
import {
  commit,
  familiesTouched,
  isEmpty,
  type Transaction,
  transactionFor,
} from './transaction.ts';

/** A change of a ruleset whose other Services are as they were. */
export interface KernelChange {
  /** What the Services that changed contribute, and what all share: before and after. */
  readonly previous: CanonicalRuleset;
  readonly next: CanonicalRuleset;
  /** Of the tables only families and names count. */
  readonly written: WrittenRuleset;
  /** Of the whole ruleset after it. */
  readonly digest: string;
}

export type CommittedChange =
  | {
      readonly kind: 'committed';
      readonly revision: Revision;
      /** The kernel's from now on. */
      readonly stamps: Stamps;
      readonly delta: Delta;
      /** Whether the kernel was seen to hold them. */
      readonly isSeen: boolean;
      /** Whose tables were changed. */
      readonly families: readonly NftFamily[];
    }
  /** It is no change for the kernel. */
  | { readonly kind: 'nothing' }
  /** Whether the kernel holds it, and what it holds, has to be found out. */
  | { readonly kind: 'unsure' };

/**
 * Sends a change to a kernel of which it is known what it holds, in one transaction and without asking it
 * anything before: that the stamps are still those is part of the transaction (see {@link Stamp}), so that
 * it fails where somebody else was quicker. No lock is needed for it.
 *
 * @param stamps the kernel's, as far as is known
 * @param time seconds since 1970
 * @param nft one that waits, see askNft
 */
export async function commitChange(
  host: Host,
  change: KernelChange,
  stamps: Stamps,
  time: number,
  nft: WaitingPrograms | undefined,
): Promise<CommittedChange> {
  const before = commonRevision(stamps);
  if (before === undefined) return { kind: 'unsure' };
  const plain = deltaBetween(change.previous, change.next);
  if (isEmpty(plain)) return { kind: before.digest === change.digest ? 'nothing' : 'unsure' };
  const revision = { number: before.number + 1, digest: change.digest, time };
  const all = [...plain.operations, ...plain.cleanup];
  const carried = await carriedAffinity(host, change.previous, change.next, all);
  const delta =
    carried.remade.size === 0 ? plain : deltaBetween(change.previous, change.next, carried.remade);
  const rules = transactionFor(delta, stamps, change.written, revision);
  const transaction = { ...rules, operations: [...rules.operations, ...carried.operations] };
  const next = stampsAfter(stamps, transaction, revision);
  const families = [...familiesTouched(transaction)];
  const committed = { kind: 'committed', revision, stamps: next, delta, families } as const;
  const operations = [...transaction.operations, ...transaction.cleanup];
  const seen = await askNft(nft, operations, families);
  if (seen !== undefined && areSame(seen, next, families)) return { ...committed, isSeen: true };
  // Where the kernel took it after all, this fails, since the stamps are others then.
  if (!succeeded(await commit(host, transaction))) return { kind: 'unsure' };
  return { ...committed, isSeen: false };
}

const areSame = (some: Stamps, others: Stamps, families: readonly NftFamily[]): boolean =>
  families.every((family) => isDeepStrictEqual(some[family], others[family]));

/** What the stamps are when the kernel has taken a transaction. */
function stampsAfter(
  before: Stamps,
  { operations }: Transaction,
  { number, digest, time }: Revision,
): Stamps {
  const stampOf = (family: 'ip' | 'ip6', half: string): Stamp | undefined =>
    operations.some(
      (each) =>
        each.kind === 'add-elements' && each.family === family && each.collection === revisionSet,
    )
      ? { number, half, time }
      : before[family];
  return { ip: stampOf('ip', digest.slice(0, 16)), ip6: stampOf('ip6', digest.slice(16)) };
}

/** Whether the kernel's stamps are these: that nft ended with 0 is no proof that the kernel took a change. */
export async function holdsStamps(
  host: Host,
  stamps: Stamps,
  families: readonly NftFamily[],
): Promise<boolean> {
  for (const family of families) {
    const { stamp } = await readStamp(host, family, tableName);
    if (!isDeepStrictEqual(stamp, stamps[family])) return false;
  }
  return true;
}
