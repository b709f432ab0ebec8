import {
  type DestinationFacts,
  type Entry,
  hasSameAddressSets,
  membershipText,
} from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';
import { memoize } from './memoize.ts';

/**
 * Finds out cheaply where the sides cannot differ: what becomes of a packet depends only on the rules
 * and on the elements for its destination and for where DNAT sends it. Where all of that is the same
 * text on both sides, so is the behaviour, and no packet has to be tried.
 */
export interface DestinationCandidates {
  /** The elements for an address and port differ, or lead to something that differs. */
  readonly isAddressCandidate: (key: string) => boolean;
  readonly isPortCandidate: (key: string) => boolean;
}

export function findCandidates({ before, after, program }: FamilyPair): DestinationCandidates {
  const isAddressChanged = hasSameAddressSets(before.index, after.index)
    ? () => false
    : memoize(
        (address) => membershipText(before.index, address) !== membershipText(after.index, address),
      );
  const isPortCandidate = memoize((key) =>
    differ(before.index.byPort.get(key), after.index.byPort.get(key)),
  );
  const isTargetCandidate = (key: string): boolean =>
    isPartCandidate(key) ||
    factsDiffer(before.index.byAddress.get(key), after.index.byAddress.get(key));

  /** The address alone, or the port at every address. */
  function isPartCandidate(key: string): boolean {
    const end = key.indexOf(' ');
    return isPortCandidate(key.slice(end + 1)) || isAddressChanged(key.slice(0, end));
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
      differ(before.index.byAddress.get(key), after.index.byAddress.get(key)) ||
      isPartCandidate(key),
    isPortCandidate,
  };
}

const isSame = (a: Entry, b: Entry | undefined): boolean =>
  a.text === b?.text && a.source === b.source && a.target === b.target;

/** The elements in any order. */
const textsOf = ({ entries }: DestinationFacts): string =>
  entries
    .map(({ text, source, target }) => JSON.stringify([text, source, target]))
    .sort()
    .join('\n');
