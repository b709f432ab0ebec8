import { partsOfKey } from './destination.ts';
import {
  type DestinationFacts,
  type Entry,
  entryWords,
  hasSameAddressSets,
  membershipText,
} from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';
import { memoize } from './memoize.ts';

/**
 * Finds the destinations at which the sides may differ. What becomes of a packet depends only on the rules and on
 * the elements for its destination and for the address that DNAT gives it. Where these have the same text on both
 * sides, the behaviour is the same, and no packet has to be tried.
 */
export interface DestinationCandidates {
  /** The elements for an address and port differ, or lead to something that differs. */
  readonly isAddressCandidate: (key: string) => boolean;
  readonly isPortCandidate: (key: string) => boolean;
}

export function findCandidates({ before, after, program }: FamilyPair): DestinationCandidates {
  const hasSameSets = hasSameAddressSets(before.index, after.index);
  const isAddressChanged = memoize(
    (address) => membershipText(before.index, address) !== membershipText(after.index, address),
  );
  const changed = changedKeys();
  const isPortCandidate = memoize((key) =>
    differ(before.index.byPort.get(key), after.index.byPort.get(key)),
  );
  const isTargetCandidate = (key: string): boolean => changed.has(key) || isPartCandidate(key);

  /** The address alone, or the port at every address. */
  function isPartCandidate(key: string): boolean {
    const { address, port } = partsOfKey(key);
    return isPortCandidate(port) || (!hasSameSets && isAddressChanged(address));
  }

  /** The addresses and ports of which the elements differ: each is looked at once, however many lead to it. */
  function changedKeys(): ReadonlySet<string> {
    const [a, b] = [before.index.byAddress, after.index.byAddress];
    const keys = new Set<string>();
    for (const [key, facts] of a) if (factsDiffer(facts, b.get(key))) keys.add(key);
    for (const key of b.keys()) if (!a.has(key)) keys.add(key);
    return keys;
  }

  function factsDiffer(a: DestinationFacts | undefined, b: DestinationFacts | undefined): boolean {
    if (a === undefined || b === undefined) return a !== b;
    if (a.entries.length !== b.entries.length) return true;
    if (a.chains.some((chain) => program.changedChains.has(chain))) return true;
    if (a.entries.every((entry, i) => isSame(entry, b.entries[i]))) return false;
    return textsOf(a) !== textsOf(b);
  }

  function differ(a: DestinationFacts | undefined, b: DestinationFacts | undefined): boolean {
    return factsDiffer(a, b) || (a?.targets ?? []).some(isTargetCandidate);
  }

  return {
    isAddressCandidate: (key) =>
      changed.has(key) ||
      (before.index.byAddress.get(key)?.targets ?? []).some(isTargetCandidate) ||
      isPartCandidate(key),
    isPortCandidate,
  };
}

const isSame = (a: Entry, b: Entry | undefined): boolean =>
  a.collection === b?.collection &&
  a.place === b.place &&
  a.verdict === b.verdict &&
  a.source === b.source &&
  a.target === b.target;

/** The elements in any order. */
const textsOf = ({ entries }: DestinationFacts): string =>
  entries
    .map((entry) => JSON.stringify([entryWords(entry), entry.source, entry.target]))
    .sort()
    .join('\n');
