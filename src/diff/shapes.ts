import { parseAddress } from '../net/address.ts';
import { cidrContains, parseCidr } from '../net/cidr.ts';
import { isLoopback } from '../packet/packet.ts';
import { parseDestinationKey, portKey } from './destination.ts';
import { addressText, type DestinationFacts } from './destination-index.ts';
import type { FamilyPair } from './family-pair.ts';
import { remember } from './remember.ts';

/**
 * All that decides what both sides do to packets for a destination, with addresses replaced by their
 * place in a list. Destinations whose texts are equal are treated alike but for the names of addresses:
 * one of them is tried, and the result is told of the others by exchanging the names.
 */
export interface Shape {
  readonly text: string;
  /** `10.1.0.6 tcp 8080`, without duplicates: what DNAT may choose on either side. */
  readonly targets: readonly string[];
}

export interface ShapeFinder {
  readonly ofAddress: (key: string) => Shape;
  readonly ofPort: (key: string) => Shape;
}

type Facts = DestinationFacts | undefined;

export function shapeFinder({ before, after, constants, nodeAddresses }: FamilyPair): ShapeFinder {
  const sides = [before.index, after.index];
  const networks = [...constants.sourceNetworks];

  const isTargeting = (facts: Facts): boolean => facts !== undefined && facts.targets.length > 0;

  /** What rules can know of an address and port that DNAT chose, or that is asked for. */
  const placeText = remember((key) => {
    const { address, ...to } = parseDestinationKey(key);
    const parts = sides.flatMap(({ byAddress }, i) => {
      const facts = byAddress.get(key);
      const ports = sides[i]?.byPort.get(portKey(to));
      // What is itself served may be reached in ways that a shape does not tell: it is one of a kind.
      if (isTargeting(facts) || isTargeting(ports)) return [key];
      return [
        ...(facts?.texts ?? []).map((text) => text.replace(`<${address}`, '<self')),
        ...(ports?.texts ?? []),
      ];
    });
    return [
      ...parts,
      ...sides.map((index) => addressText(index, address)),
      nodeAddresses.has(address) || isLoopback(address),
      constants.ports.has(portKey(to)) ? portKey(to) : '',
      ...networks.map((network) => isWithin(address, network)),
    ].join(',');
  });

  function shapeOf(key: string, all: readonly Facts[], own: string): Shape {
    const targets = [...new Set(all.flatMap((facts) => facts?.targets ?? []))];
    const places = new Map(targets.map((target, i) => [target, i]));
    const addresses = targets.map((target) => parseDestinationKey(target).address);
    const firsts = new Map<string, number>();
    addresses.forEach((address, i) => {
      if (!firsts.has(address)) firsts.set(address, i);
    });
    const text = [
      own,
      ...all.map((facts) => factsText(facts, key, places)),
      ...targets.map(placeText),
      // Which of them share an address.
      addresses.map((address) => firsts.get(address)).join(),
      // Which of its source ranges an endpoint is in is not worth telling.
      all.some((facts) => facts?.sources.some((source) => !isOwn(source, key))) ? key : '',
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
        ...sides.map((index) => addressText(index, address)),
        nodeAddresses.has(address) || isLoopback(address),
        // A node port of the same number, or rules about it.
        ports.some((facts) => facts !== undefined) || constants.ports.has(portKey(destination))
          ? key
          : '',
      ].join(',');
      return shapeOf(
        key,
        sides.map(({ byAddress }) => byAddress.get(key)),
        own,
      );
    },
    ofPort: (key) =>
      shapeOf(
        key,
        sides.map(({ byPort }) => byPort.get(key)),
        constants.ports.has(key) ? key : (key.split(' ')[0] ?? ''),
      ),
  };
}

/** An endpoint that reaches itself. */
const isOwn = (source: string, key: string): boolean => key.startsWith(`${source} `);

const factsText = (facts: Facts, key: string, places: ReadonlyMap<string, number>): string =>
  facts === undefined
    ? '-'
    : facts.texts
        .map((text) => {
          const at = text.indexOf('=');
          if (at !== -1) return `${text.slice(0, at)}=${places.get(text.slice(at + 1))}`;
          const source = text.indexOf('<');
          return source !== -1 && isOwn(text.slice(source + 1), key)
            ? `${text.slice(0, source)}<self`
            : text;
        })
        .join(';');

function isWithin(address: string, network: string): boolean {
  const cidr = parseCidr(network);
  const parsed = parseAddress(address);
  return cidr === undefined
    ? address === network
    : parsed !== undefined && cidrContains(cidr, parsed);
}
