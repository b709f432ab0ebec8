/**
 * The parts of two rulesets that have to be compared: those of the Services that differ. Elements that
 * Services have in common stay as long as one of them has them.
 */
import type { NftFamily } from '../../net/family.ts';
import type { CanonicalCollection, CanonicalRuleset, CanonicalTable } from './canonical.ts';
import {
  canonicalOf,
  changedServices,
  sharedMembers,
  type WrittenRuleset,
  type WrittenTable,
} from './written.ts';

export interface ChangedParts {
  readonly previous: CanonicalRuleset;
  readonly next: CanonicalRuleset;
}

/** Gives those of some elements of {@link sharedMembers} that Services have which did not change. */
export type KeysOfOthers = (family: NftFamily, keys: readonly string[]) => readonly string[];

/** @throws {DamagedFragment} when one that has to be looked at is not what its digest stands for */
export function changedParts(previous: WrittenRuleset, next: WrittenRuleset): ChangedParts {
  const changed = changedServices(previous, next);
  if (changed === undefined) return { previous: canonicalOf(previous), next: canonicalOf(next) };
  return changedPartsOf(previous, next, changed, (family, keys) => {
    const whole = next.tables.find(({ shared }) => shared.family === family);
    return whole === undefined ? [] : keysOfOthers(whole, keys, changed);
  });
}

/**
 * The same where it is known which Services differ, and what the others have; these need not be in the
 * rulesets then.
 */
export function changedPartsOf(
  previous: WrittenRuleset,
  next: WrittenRuleset,
  changed: ReadonlySet<string>,
  others: KeysOfOthers,
): ChangedParts {
  const [before, after] = [canonicalOf(previous, changed), canonicalOf(next, changed)];
  const tables = after.tables.map((table) => {
    const { family } = table;
    const old = before.tables.find((each) => each.family === family);
    const keys = differingKeys(membersOf(old), membersOf(table));
    return { family, keys: keys.length === 0 ? [] : others(family, keys) };
  });
  const withOthers = (table: CanonicalTable): CanonicalTable =>
    withMembers(table, tables.find(({ family }) => family === table.family)?.keys ?? []);
  return {
    previous: { tables: before.tables.map(withOthers) },
    next: { tables: after.tables.map(withOthers) },
  };
}

const membersOf = (table: CanonicalTable | undefined): CanonicalCollection['elements'] =>
  table?.collections.get(sharedMembers)?.elements ?? new Map();

const differingKeys = (
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] => [
  ...[...before.keys()].filter((key) => !after.has(key)),
  ...[...after.keys()].filter((key) => !before.has(key)),
];

/** Looking for so many keys in every fragment takes as long as reading all of them. */
const mostLookUps = 16;

/** Those of some keys that Services have which did not change. */
function keysOfOthers(
  { fragments }: WrittenTable,
  keys: readonly string[],
  changed: ReadonlySet<string>,
): readonly string[] {
  if (keys.length === 0) return [];
  const found = new Set<string>();
  const asked = new Set(keys);
  for (const [service, record] of fragments) {
    if (changed.has(service)) continue;
    if (keys.length <= mostLookUps) {
      for (const key of keys) if (record.hasKey(sharedMembers, key)) found.add(key);
      continue;
    }
    for (const { collection, elements } of record.read().groups)
      if (collection === sharedMembers)
        for (const text of elements) if (asked.has(text)) found.add(text);
  }
  return [...found];
}

function withMembers(table: CanonicalTable, keys: readonly string[]): CanonicalTable {
  const collection = table.collections.get(sharedMembers);
  if (collection === undefined || keys.length === 0) return table;
  const elements = new Map([
    ...collection.elements,
    ...keys.map((key): [string, string] => [key, '']),
  ]);
  return {
    ...table,
    collections: new Map([...table.collections, [sharedMembers, { ...collection, elements }]]),
  };
}
