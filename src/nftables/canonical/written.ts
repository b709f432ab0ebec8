/**
 * A ruleset in nft's words, Service by Service: what natc keeps between two runs, and what it compares
 * two rulesets by. A Service that contributes what it did before need not be looked at.
 */

import { hash } from 'node:crypto';
import type { NftFamily } from '../../net/family.ts';
import { collections as collectionNames } from '../names.ts';
import type {
  CanonicalChain,
  CanonicalCollection,
  CanonicalRuleset,
  CanonicalTable,
} from './canonical.ts';
import { tableToJson } from './canonical-json.ts';
import { halfLength, joinHalves } from './digest.ts';
import { type FragmentDigests, fragmentDigests } from './fragment-digests.ts';

export interface WrittenRuleset {
  readonly tables: readonly WrittenTable[];
}

export interface WrittenTable {
  /** What is no Service's alone: the program, shared chains, and collections with elements of no Service. */
  readonly shared: CanonicalTable;
  /** By `namespace/name`, in the order of the plan. */
  readonly fragments: ReadonlyMap<string, FragmentRecord>;
}

/** A fragment that need not be in memory. */
export interface FragmentRecord {
  /** Of all that the kernel gets of it, 32 hexadecimal digits. */
  readonly digest: string;
  /** @throws {DamagedFragment} when what was kept is not what the digest stands for */
  readonly read: () => FragmentContent;
  /**
   * Whether it has an element with such a key, quicker than by reading it.
   *
   * @throws {DamagedFragment} as `read` does, where it may have
   */
  readonly hasKey: (collection: string, key: string) => boolean;
  /** Its content as `encodeContent` and `encodeOwners` write it. */
  readonly bytes: () => FragmentBytes;
  /**
   * Holds its content as bytes from now on, which take less memory and longer to read. For whoever keeps all
   * fragments of a cluster.
   *
   * @param made what `bytes` gave, where it has just been asked
   */
  readonly shrink: (made?: FragmentBytes) => void;
}

export interface FragmentBytes {
  readonly content: Buffer;
  readonly owners: Buffer;
}

/** What one Service adds to the shared part of a table. */
export interface FragmentContent {
  readonly groups: readonly ElementGroup[];
  /** Collections that no other Service uses, without elements: those are in the groups. */
  readonly collections: ReadonlyMap<string, CanonicalCollection>;
  readonly chains: ReadonlyMap<string, CanonicalChain>;
  /** The comment blocks, which only readers get. */
  readonly owners: readonly OwnerText[];
}

/** The elements that one ServicePort has in one collection. */
export interface ElementGroup {
  readonly collection: string;
  /** Its place in `owners`. */
  readonly owner: number;
  /** Key, rest, key, rest, as in {@link CanonicalCollection}. */
  readonly elements: readonly string[];
}

/** Heading and lines of a comment block, as in an Owner. */
export interface OwnerText {
  readonly name: string;
  readonly lines: readonly string[];
}

/** A fragment that was kept cannot be read: everything has to be compiled. */
export class DamagedFragment extends Error {}

/**
 * A ruleset that is no longer known Service by Service, such as one that the kernel listed.
 */
export const writtenWhole = ({ tables }: CanonicalRuleset): WrittenRuleset => ({
  tables: tables.map((shared) => ({ shared, fragments: new Map() })),
});

/**
 * Whether fragments are what their digests stand for.
 *
 * @param services by `namespace/name`; undefined: all
 */
export function areWhole({ tables }: WrittenRuleset, services?: ReadonlySet<string>): boolean {
  try {
    for (const { fragments } of tables)
      for (const [service, record] of fragments)
        if (services?.has(service) !== false) record.read();
    return true;
  } catch (error) {
    if (error instanceof DamagedFragment) return false;
    throw error;
  }
}

/**
 * The ruleset as nft would list it, or the part of it that belongs to some Services and to all of them.
 *
 * @param services by `namespace/name`; undefined: all
 */
export const canonicalOf = (
  { tables }: WrittenRuleset,
  services?: ReadonlySet<string>,
): CanonicalRuleset => ({ tables: tables.map((table) => canonicalTableOf(table, services)) });

function canonicalTableOf(
  { shared, fragments }: WrittenTable,
  services: ReadonlySet<string> | undefined,
): CanonicalTable {
  if (fragments.size === 0) return shared;
  const collections = new Map(shared.collections);
  const chains = new Map(shared.chains);
  const filled = new Map<string, Map<string, string>>();
  const elementsIn = (name: string): Map<string, string> => {
    const known = filled.get(name);
    if (known !== undefined) return known;
    const elements = new Map(collections.get(name)?.elements);
    filled.set(name, elements);
    return elements;
  };
  for (const [service, record] of fragments) {
    if (services !== undefined && !services.has(service)) continue;
    const content = record.read();
    for (const [name, collection] of content.collections) collections.set(name, collection);
    for (const [name, chain] of content.chains) chains.set(name, chain);
    for (const { collection, elements } of content.groups) {
      const all = elementsIn(collection);
      for (let i = 0; i < elements.length; i += 2)
        all.set(elements[i] ?? '', elements[i + 1] ?? '');
    }
  }
  for (const [name, elements] of filled) {
    const collection = collections.get(name);
    if (collection !== undefined) collections.set(name, { ...collection, elements });
  }
  return { ...shared, collections, chains };
}

/**
 * The Services that contribute something else to one ruleset than to another: the two differ in nothing
 * but these and what is shared.
 *
 * @returns undefined when only a look at all of them can tell
 */
export function changedServices(
  previous: WrittenRuleset,
  next: WrittenRuleset,
): ReadonlySet<string> | undefined {
  const changed = new Set<string>();
  for (const family of ['ip', 'ip6'] as const) {
    const [before, after] = [tableOf(previous, family), tableOf(next, family)];
    // A table that is made anew, and a collection that is declared anew, are filled with everything.
    if (before === undefined || after === undefined || !haveSameFrame(before, after)) {
      if (before === undefined && after === undefined) continue;
      return undefined;
    }
    for (const [service, { digest }] of after.fragments)
      if (before.fragments.get(service)?.digest !== digest) changed.add(service);
    for (const service of before.fragments.keys())
      if (!after.fragments.has(service)) changed.add(service);
  }
  return changed;
}

/** Whether a fragment has an element with this key. */
export const hasKeyIn = ({ groups }: FragmentContent, collection: string, key: string): boolean =>
  groups.some(
    (group) =>
      group.collection === collection &&
      group.elements.some((text, index) => index % 2 === 0 && text === key),
  );

const tableOf = ({ tables }: WrittenRuleset, family: NftFamily): WrittenTable | undefined =>
  tables.find(({ shared }) => shared.family === family);

/** Whether every collection that both have is declared alike, and every base chain hooked in alike. */
function haveSameFrame(before: WrittenTable, after: WrittenTable): boolean {
  // Where a listing is all that is known, nobody knows whose the elements are.
  if (before.fragments.size === 0 && after.fragments.size > 0) return false;
  for (const [name, { kind, declaration }] of after.shared.collections) {
    const known = before.shared.collections.get(name);
    if (known !== undefined && (known.kind !== kind || known.declaration !== declaration))
      return false;
  }
  for (const [name, { hook }] of after.shared.chains) {
    const known = before.shared.chains.get(name);
    if (known !== undefined && known.hook !== hook) return false;
  }
  return true;
}

/**
 * The digest of a ruleset, 32 hexadecimal digits: a half for the `ip` table, one for the `ip6` table, zeros
 * for a table that it lacks.
 */
export const digestOf = (ruleset: WrittenRuleset): string =>
  joinHalves(halfDigest(tableOf(ruleset, 'ip')), halfDigest(tableOf(ruleset, 'ip6')));

function halfDigest(table: WrittenTable | undefined): string | undefined {
  if (table === undefined) return undefined;
  const digests = Array.from(
    table.fragments,
    ([service, { digest }]) => [service, digest] as const,
  );
  return tableDigest(table.shared, fragmentDigests(digests));
}

/** The half of a digest that is about one table, of what its Services share and of their fragments. */
export const tableDigest = (shared: CanonicalTable, fragments: FragmentDigests): string =>
  hash('sha256', `${sharedDigest(shared)} ${fragments.digest()}`).slice(0, halfLength);

const sharedDigests = new WeakMap<CanonicalTable, string>();

function sharedDigest(shared: CanonicalTable): string {
  const known = sharedDigests.get(shared) ?? hash('sha256', tableToJson(shared));
  sharedDigests.set(shared, known);
  return known;
}

/** The Services (`namespace/name`) that a ruleset has something of. */
export const servicesOf = ({ tables }: WrittenRuleset): ReadonlySet<string> =>
  new Set(tables.flatMap(({ fragments }) => [...fragments.keys()]));

/** The collection whose elements several Services may have in common. */
export const sharedMembers = collectionNames.hairpin;
