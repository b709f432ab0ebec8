import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { NftFamily, Ruleset } from '../ruleset/ast.ts';
import type { CanonicalRuleset, CanonicalTable } from '../ruleset/canonical.ts';
import { type Delta, deltaBetween } from '../ruleset/delta.ts';
import { type Host, succeeded } from './host.ts';
import { listKernelTable, nftFamilies, readStamps, type Stamps } from './kernel-tables.ts';
import { nftDiagnostics } from './nft-error.ts';
import type { Revision } from './revision.ts';
import { loadRevision, type StoredRevision, storeRevision } from './revision-store.ts';
import { systemErrorText } from './system-error.ts';
import { commit, isEmpty, isOutdated, replacement, transactionFor } from './transaction.ts';

/** What the kernel holds, as far as natc knows. */
export interface Held {
  readonly stamps: Stamps;
  /** The revision that all present tables agree on. */
  readonly revision: Revision | undefined;
  /** The stored revision with that stamp, if its file could be read. */
  readonly stored: StoredRevision | undefined;
  /** `state`: taken from the state file; `kernel`: listed; undefined: a table cannot be read. */
  readonly ruleset: CanonicalRuleset | undefined;
  readonly source: 'state' | 'kernel';
}

/** What the kernel should hold. */
export interface Wanted {
  /** For the origins of its elements, when nft complains about one. */
  readonly ruleset: Ruleset;
  readonly canonical: CanonicalRuleset;
  readonly digest: string;
  readonly udpServices: StoredRevision['udpServices'];
}

/**
 * Finds out what the kernel holds: by the stamp and its state file, at the cost of two tiny listings;
 * by listing everything where the stamp or the file is missing, or when `verify` asks for it.
 */
export async function heldRuleset(
  host: Host,
  directory: string,
  stamps: Stamps,
  verify: boolean,
): Promise<Held> {
  const revision = commonRevision(stamps);
  const stored =
    revision === undefined ? undefined : await loadRevision(directory, revision.digest);
  if (stored !== undefined && !verify)
    return { stamps, revision, stored, ruleset: stored.ruleset, source: 'state' };
  return {
    stamps,
    revision,
    stored,
    ruleset: await listedRuleset(host, stamps),
    source: 'kernel',
  };
}

/** The stamps name one revision: both tables carry it, or the other one does not exist. */
function commonRevision({ ip, ip6 }: Stamps): Revision | undefined {
  if (ip === undefined || ip6 === undefined) return ip ?? ip6;
  return ip.digest === ip6.digest ? ip : undefined;
}

async function listedRuleset(host: Host, stamps: Stamps): Promise<CanonicalRuleset | undefined> {
  const tables: CanonicalTable[] = [];
  for (const family of nftFamilies) {
    const listed = await listKernelTable(host, family, stamps[family]);
    if (listed.kind === 'unreadable') return undefined;
    if (listed.kind === 'present') tables.push(listed.table);
  }
  return { tables };
}

/** The difference between what is held and what is wanted; undefined when what is held is unknown. */
export const differenceFrom = (held: Held, wanted: Wanted): Delta | undefined =>
  held.ruleset === undefined ? undefined : deltaBetween(held.ruleset, wanted.canonical);

/** Every wanted table carries the wanted digest, and no other table is there. */
export function isStamped(stamps: Stamps, wanted: Wanted): boolean {
  const families = new Set<NftFamily>(wanted.canonical.tables.map(({ family }) => family));
  return nftFamilies.every(
    (family) => stamps[family]?.digest === (families.has(family) ? wanted.digest : undefined),
  );
}

export type ReconcileOutcome =
  | { readonly kind: 'up-to-date'; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: 'changed';
      readonly revision: Revision;
      /** What was sent; undefined when the tables were replaced whole. */
      readonly delta: Delta | undefined;
      readonly diagnostics: readonly Diagnostic[];
    }
  /** The kernel refused; it holds what it held before. */
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/**
 * Leads the kernel from what it holds to what is wanted, in one transaction. When the kernel turns out
 * to hold something else than thought, it is listed and the difference computed anew; when even that
 * fails, or it cannot be listed, the tables are replaced whole.
 *
 * @param time seconds since 1970, for the stamp
 */
export async function reconcile(
  host: Host,
  directory: string,
  held: Held,
  wanted: Wanted,
  time: number,
): Promise<ReconcileOutcome> {
  const delta = differenceFrom(held, wanted);
  if (delta !== undefined && isEmpty(delta) && isStamped(held.stamps, wanted)) {
    const { revision, stored } = held;
    const diagnostics =
      revision === undefined || stored !== undefined
        ? []
        : await tryToStore(directory, { ...wanted, ruleset: wanted.canonical, revision });
    return { kind: 'up-to-date', diagnostics };
  }

  const number = 1 + Math.max(held.stamps.ip?.number ?? 0, held.stamps.ip6?.number ?? 0);
  const revision: Revision = { number, digest: wanted.digest, time };
  // Written first: whichever revision the stamp will name has its file.
  const diagnostics = await tryToStore(directory, {
    ...wanted,
    ruleset: wanted.canonical,
    revision,
  });
  if (held.ruleset !== undefined) {
    const transaction = transactionFor(held.ruleset, held.stamps, wanted.canonical, revision);
    const result = await commit(host, transaction);
    if (succeeded(result)) return { kind: 'changed', revision, delta, diagnostics };
    if (!isOutdated(result))
      return { kind: 'refused', diagnostics: nftDiagnostics(result, wanted.ruleset) };
    if (held.source === 'state') {
      const stamps = await readStamps(host);
      if ('refusals' in stamps) return { kind: 'refused', diagnostics: stamps.refusals };
      const listed = await heldRuleset(host, directory, stamps, true);
      return reconcile(host, directory, listed, wanted, time);
    }
  }
  const result = await commit(host, replacement(wanted.canonical, revision));
  return succeeded(result)
    ? { kind: 'changed', revision, delta: undefined, diagnostics }
    : { kind: 'refused', diagnostics: nftDiagnostics(result, wanted.ruleset) };
}

/** A full disk must not keep packets from being routed: the state file only saves time. */
async function tryToStore(
  directory: string,
  stored: StoredRevision,
): Promise<readonly Diagnostic[]> {
  try {
    await storeRevision(directory, stored);
    return [];
  } catch (error) {
    return [
      {
        code: 'NATC5021',
        severity: 'warning',
        message: `the revision could not be written to ${directory}: ${systemErrorText(error)}`,
        places: [],
        hint: 'free some room, or name another directory with --state-dir; until then every apply lists the kernel',
      },
    ];
  }
}
