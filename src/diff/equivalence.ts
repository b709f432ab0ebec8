import { parseAddress } from '../net/address.ts';
import { cidrContains, parseCidr } from '../net/cidr.ts';
import { isLoopback } from '../packet/packet.ts';
import { parseDestinationKey, parsePortKey, portKey } from './destination.ts';
import {
  type DestinationFacts,
  type Entry,
  entryWords,
  membershipText,
} from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';
import { memoize } from './memoize.ts';

/**
 * Everything that decides what both sides do with packets for a destination, with addresses replaced by their index
 * in a list. Destinations with equal texts are treated alike except for the addresses: one of each class is tried,
 * and its result holds for the others with their addresses in the place of its own.
 */
export interface EquivalenceClass {
  readonly text: string;
  /** `10.1.0.6 tcp 8080`, without duplicates: what DNAT may choose on either side. */
  readonly targets: readonly string[];
}

export interface EquivalenceFinder {
  readonly ofAddress: (key: string) => EquivalenceClass;
  readonly ofPort: (key: string) => EquivalenceClass;
}

type Facts = DestinationFacts | undefined;

export function equivalenceFinder({
  before,
  after,
  constants,
  nodeAddresses,
  asked,
}: FamilyPair): EquivalenceFinder {
  const sides = [before.index, after.index];
  const networks = [...constants.sourceNetworks, ...asked.sources];

  const isTargeting = (facts: Facts): boolean => facts !== undefined && facts.targets.length > 0;

  /** What rules can know of an address and port that DNAT chose, or that is asked for. */
  const placeText = memoize((key) => {
    const { address, ...to } = parseDestinationKey(key);
    const parts = sides.flatMap(({ byAddress }, i) => {
      const facts = byAddress.get(key);
      const ports = sides[i]?.byPort.get(portKey(to));
      // What is itself served may be reached in ways that a class does not tell: it is one by itself.
      if (isTargeting(facts) || isTargeting(ports)) return [key];
      return [
        ...(facts?.entries ?? []).map((entry) => entryText(entry, address)),
        ...(ports?.entries ?? []).map((entry) => entryText(entry)),
      ];
    });
    return [
      ...parts,
      ...sides.map((index) => membershipText(index, address)),
      nodeAddresses.has(address) || isLoopback(address),
      constants.ports.has(portKey(to)) ? portKey(to) : '',
      ...networks.map((network) => isWithin(address, network)),
    ].join(',');
  });

  function classOf(
    key: string,
    address: string | undefined,
    all: readonly Facts[],
    own: string,
  ): EquivalenceClass {
    const targets = [...new Set(all.flatMap((facts) => facts?.targets ?? []))];
    const places = new Map(targets.map((target, i) => [target, i]));
    const addresses = targets.map((target) => parseDestinationKey(target).address);
    const firsts = new Map<string, number>();
    addresses.forEach((address, i) => {
      if (!firsts.has(address)) firsts.set(address, i);
    });
    const text = [
      own,
      ...all.map((facts) => factsText(facts, address, places)),
      ...targets.map(placeText),
      // Which of them share an address.
      addresses.map((address) => firsts.get(address)).join(),
      // Which of its source ranges an endpoint is in is not worth telling.
      all.some((facts) => facts?.sources.some((source) => source !== address)) ? key : '',
    ].join('|');
    return { text, targets };
  }

  return {
    ofAddress: (key) => {
      const destination = parseDestinationKey(key);
      const ports = sides.map(({ byPort }) => byPort.get(portKey(destination)));
      const { address, protocol } = destination;
      const own = [
        protocol,
        ...sides.map((index) => membershipText(index, address)),
        nodeAddresses.has(address) || isLoopback(address),
        // A node port of the same number, or rules about it.
        ports.some((facts) => facts !== undefined) || constants.ports.has(portKey(destination))
          ? key
          : '',
      ].join(',');
      return classOf(
        key,
        address,
        sides.map(({ byAddress }) => byAddress.get(key)),
        own,
      );
    },
    ofPort: (key) =>
      classOf(
        key,
        undefined,
        sides.map(({ byPort }) => byPort.get(key)),
        constants.ports.has(key) ? key : parsePortKey(key).protocol,
      ),
  };
}

const factsText = (
  facts: Facts,
  address: string | undefined,
  places: ReadonlyMap<string, number>,
): string =>
  facts === undefined
    ? '-'
    : facts.entries
        .map((entry) =>
          entry.target === undefined
            ? entryText(entry, address)
            : `${entryWords(entry)}=${places.get(entry.target)}`,
        )
        .join(';');

/** @param address is called `self` where it is the source: an endpoint that reaches itself */
function entryText(entry: Entry, address?: string): string {
  const { source, target } = entry;
  const from = source === undefined ? '' : `<${source === address ? 'self' : source}`;
  return `${entryWords(entry)}${from}${target === undefined ? '' : `=${target}`}`;
}

function isWithin(address: string, network: string): boolean {
  const cidr = parseCidr(network);
  const parsed = parseAddress(address);
  return cidr === undefined
    ? address === network
    : parsed !== undefined && cidrContains(cidr, parsed);
}
