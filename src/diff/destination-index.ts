import type { L4Proto } from '../net/family.ts';
import type { Collection, Selector, Table } from '../nftables/ast.ts';
import {
  type ElementIndex,
  findElement,
  indexElements,
} from '../nftables/simulate/element-index.ts';
import type { AnyElement } from '../nftables/simulate/prepare.ts';
import type { Origin } from '../plan/plan.ts';

/** All that the sets and maps of a table hold for one destination. */
export interface DestinationFacts {
  /** One per element. */
  readonly entries: Entry[];
  /** Where data maps send the packet: keys of {@link DestinationIndex.byAddress}. */
  targets: readonly string[];
  /** Why each target is one: as `targets`. */
  targetOrigins: readonly (Origin | undefined)[];
  /** Networks that the elements tell sources apart by. */
  sources: readonly string[];
  /** Chains that verdicts lead to. */
  chains: readonly string[];
  /** An element of the destination; that of its frontend, if it is one. */
  element: AnyElement | undefined;
}

/** What an element says of its destination: where two are equal, so is what they do. */
export interface Entry {
  readonly collection: string;
  /** The place among its endpoints. */
  readonly place: string | number | undefined;
  /** The verdict, or the chain that it leads to. */
  readonly verdict: string | undefined;
  /** The network that it is told apart by. */
  readonly source: string | undefined;
  /** Where a data map sends the packet, as in `targets`. */
  readonly target: string | undefined;
}

/**
 * A table's elements by the destination they are about. What becomes of a packet depends on nothing
 * but the rules, the elements found here for its destination and for the one that DNAT gives it, its
 * source, its input interface and its mark.
 */
export interface DestinationIndex {
  /** By `10.96.0.10 tcp 80`. */
  readonly byAddress: ReadonlyMap<string, DestinationFacts>;
  /** By `tcp 30080`. */
  readonly byPort: ReadonlyMap<string, DestinationFacts>;
  /** Sets of destination addresses or networks, whatever the port. */
  readonly addressSets: readonly AddressSet[];
}

export interface AddressSet {
  readonly name: string;
  readonly networks: readonly string[];
  readonly index: ElementIndex<AnyElement>;
}

export const noDestinations: DestinationIndex = {
  byAddress: new Map(),
  byPort: new Map(),
  addressSets: [],
};

/**
 * @throws for a collection whose elements are not told apart by destination, or that holds networks
 * beside ports: natc writes none, so such a ruleset cannot be compared.
 */
export function indexDestinations(table: Table): DestinationIndex {
  const byAddress = new Map<string, DestinationFacts>();
  const byPort = new Map<string, DestinationFacts>();
  const addressSets: AddressSet[] = [];
  for (const collection of table.collections) {
    const shape = shapeOf(collection);
    if (shape === 'address') {
      addressSets.push({
        name: collection.name,
        networks: collection.elements.map(({ key }) => String(key[0])),
        index: indexElements<AnyElement>(collection.elements),
      });
    } else if (shape !== 'empty') {
      for (const element of collection.elements) addElement(shape, collection, element);
    }
  }
  return { byAddress, byPort, addressSets };

  function addElement(shape: Shape, collection: Collection, element: AnyElement): void {
    const { key } = element;
    const protocol = shape.protocol ?? String(key[shape.protocolField]);
    const port = `${protocol} ${key[shape.portField]}`;
    if (shape.addressField === -1) {
      add(factsAt(byPort, port), shape, collection, element, protocol);
      return;
    }
    const address = String(key[shape.addressField]);
    if (address.includes('/'))
      throw new Error(`${collection.name}: a network beside a port cannot be compared`);
    add(factsAt(byAddress, `${address} ${port}`), shape, collection, element, protocol);
  }
}

interface Shape {
  readonly addressField: number;
  readonly portField: number;
  /** Fixed by the port's selector, or in a field of its own. */
  readonly protocol: L4Proto | undefined;
  readonly protocolField: number;
  readonly sourceField: number;
  readonly indexField: number;
}

const portProtocols: Readonly<Record<string, L4Proto>> = {
  'tcp dport': 'tcp',
  'udp dport': 'udp',
  'sctp dport': 'sctp',
};

function shapeOf({ name, key, elements }: Collection): Shape | 'address' | 'empty' {
  if (elements.length === 0 && key.every((selector) => selector !== 'daddr')) return 'empty';
  if (key.length === 1 && key[0] === 'daddr') return 'address';
  if (elements.length === 0) return 'empty';
  const portField = key.findIndex(
    (selector) => selector === 'th dport' || (selector as string) in portProtocols,
  );
  const protocol = portProtocols[key[portField] as string];
  const protocolField = key.indexOf('l4proto');
  if (portField === -1 || (protocol === undefined && protocolField === -1))
    throw new Error(`${name}: elements without a destination cannot be compared`);
  return {
    addressField: key.indexOf('daddr'),
    portField,
    protocol,
    protocolField,
    sourceField: key.indexOf('saddr'),
    indexField: key.findIndex((selector: Selector) => typeof selector !== 'string'),
  };
}

function factsAt(facts: Map<string, DestinationFacts>, key: string): DestinationFacts {
  let at = facts.get(key);
  if (at === undefined) {
    at = {
      entries: [],
      targets: none,
      targetOrigins: none,
      sources: none,
      chains: none,
      element: undefined,
    };
    facts.set(key, at);
  }
  return at;
}

/** Most destinations are endpoints, which have none of these: a list for each would take more than all else. */
const none: readonly never[] = [];

function append<T>(list: readonly T[], item: T): readonly T[] {
  if (list === none) return [item];
  (list as T[]).push(item);
  return list;
}

function add(
  facts: DestinationFacts,
  { sourceField, indexField, protocolField }: Shape,
  { name }: Collection,
  element: AnyElement,
  protocol: string,
): void {
  let verdict: string | undefined;
  let source: string | undefined;
  let target: string | undefined;
  if (sourceField !== -1) {
    source = String(element.key[sourceField]);
    facts.sources = append(facts.sources, source);
  }
  if ('verdict' in element) {
    if (element.verdict.kind === 'goto') {
      verdict = element.verdict.chain;
      facts.chains = append(facts.chains, verdict);
    } else verdict = element.verdict.kind;
    if (protocolField !== -1) facts.element = element;
  } else if ('value' in element) {
    target = `${element.value[0]} ${protocol} ${element.value[1] ?? ''}`;
    facts.targets = append(facts.targets, target);
    facts.targetOrigins = append(facts.targetOrigins, element.origin);
  }
  facts.element ??= element;
  const place = indexField === -1 ? undefined : element.key[indexField];
  facts.entries.push({ collection: name, place, verdict, source, target });
}

/** The collection, the place among its endpoints, the verdict. */
export const entryWords = ({ collection, place, verdict }: Entry): string =>
  `${collection}${place === undefined ? '' : `#${place}`}${verdict === undefined ? '' : `>${verdict}`}`;

/** Which sets of addresses an address is in, and as what. */
export interface Membership {
  /** Equal texts, equal treatment. */
  readonly text: string;
  readonly sets: ReadonlySet<string>;
}

export function membershipOf(index: DestinationIndex, address: string): Membership {
  const found = setsWith(index, address);
  return { text: textOf(found), sets: new Set(found.map(({ name }) => name)) };
}

/** Whether {@link membershipOf} is the same for every address. */
export const hasSameAddressSets = (a: DestinationIndex, b: DestinationIndex): boolean =>
  addressSetsText(a) === addressSetsText(b);

const addressSetsText = ({ addressSets }: DestinationIndex): string =>
  addressSets
    .flatMap(({ name, index }) => index.shapes.map(({ elements }) => elementsText(name, elements)))
    .join('\n');

const elementsText = (set: string, elements: ReadonlyMap<string, AnyElement>): string =>
  [...elements]
    .map(([key, element]) => `${set} ${key}=${verdictText(element)}`)
    .sort()
    .join('\n');

/** The text of {@link membershipOf}. */
export const membershipText = (index: DestinationIndex, address: string): string =>
  textOf(setsWith(index, address));

const setsWith = ({ addressSets }: DestinationIndex, address: string) =>
  addressSets.flatMap(({ name, index }) => {
    const element = findElement(index, [address]);
    return element === undefined ? [] : [{ name, element }];
  });

const textOf = (found: ReturnType<typeof setsWith>): string =>
  found.map(({ name, element }) => `${name}=${verdictText(element)}`).join(';');

const verdictText = (element: AnyElement): string =>
  'verdict' in element ? JSON.stringify(element.verdict) : '';
