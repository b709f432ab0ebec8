import { type Frontend, frontendsOf } from '../../explain/frontends.ts';
import { formatAddressPort } from '../../net/address.ts';
import { naturalCompare } from '../../net/natural-compare.ts';
import type { Ruleset } from '../../nftables/ast.ts';
import { destinationKey, parseDestinationKey, portKey } from '../destination.ts';
import { type DestinationIndex, indexDestinations } from '../destination-index.ts';
import { withoutPins } from '../without-pins.ts';

export type State = 'same' | 'new' | 'gone';

/** One Service as the map draws it: clients reach addresses, addresses lead to endpoints. */
export interface MappedService {
  readonly name: string;
  readonly state: State;
  readonly clients: readonly MapNode[];
  readonly addresses: readonly MapNode[];
  readonly endpoints: readonly MapNode[];
  /** From a place in `clients` to one in `addresses`. */
  readonly reaches: readonly MapLink[];
  /** From a place in `addresses` to one in `endpoints`. */
  readonly leads: readonly MapLink[];
}

export interface MapNode {
  readonly label: string;
  readonly state: State;
}

export type MapLink = readonly [from: number, to: number, state: State];

/** The Services of both sides, by name. Linear in the rulesets. */
export function mapTraffic(before: Ruleset, after: Ruleset): readonly MappedService[] {
  const drafts = new Map<string, Draft>();
  addSide(before, 'before', drafts);
  addSide(after, 'after', drafts);
  return [...drafts]
    .sort(([a], [b]) => naturalCompare(a, b))
    .map(([name, draft]) => finish(name, draft));
}

type SideName = 'before' | 'after';

/** Labels and links with the sides they are on. */
interface Draft {
  readonly sides: Set<SideName>;
  readonly clients: Map<string, Set<SideName>>;
  readonly addresses: Map<string, Set<SideName>>;
  readonly endpoints: Map<string, Set<SideName>>;
  /** By the label of where they begin, then of where they end. */
  readonly reaches: Map<string, Map<string, Set<SideName>>>;
  readonly leads: Map<string, Map<string, Set<SideName>>>;
}

function addSide(ruleset: Ruleset, side: SideName, drafts: Map<string, Draft>): void {
  for (const table of ruleset.tables.map(withoutPins)) {
    const index = indexDestinations(table);
    for (const frontend of frontendsOf(table)) {
      const draft = draftOf(drafts, frontend.servicePort.service);
      draft.sides.add(side);
      const address = labelOf(frontend, table.family === 'ip6');
      note(draft.addresses, address, side);
      const { sources, targets } = factsOf(index, frontend);
      for (const client of sources.length > 0 ? sources : ['all clients']) {
        note(draft.clients, client, side);
        note(within(draft.reaches, client), address, side);
      }
      for (const target of targets.length > 0 ? new Set(targets) : ['']) {
        const { address: ip, port } = parseDestinationKey(target);
        const endpoint = target === '' ? '(no endpoint)' : formatAddressPort(ip, port);
        note(draft.endpoints, endpoint, side);
        note(within(draft.leads, address), endpoint, side);
      }
    }
  }
}

function draftOf(drafts: Map<string, Draft>, name: string): Draft {
  let draft = drafts.get(name);
  if (draft === undefined) {
    draft = {
      sides: new Set(),
      clients: new Map(),
      addresses: new Map(),
      endpoints: new Map(),
      reaches: new Map(),
      leads: new Map(),
    };
    drafts.set(name, draft);
  }
  return draft;
}

function within<T>(maps: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const map = maps.get(key) ?? new Map<string, T>();
  maps.set(key, map);
  return map;
}

function note(map: Map<string, Set<SideName>>, key: string, side: SideName): void {
  const sides = map.get(key);
  if (sides === undefined) map.set(key, new Set([side]));
  else sides.add(side);
}

function labelOf({ kind, address, port, protocol }: Frontend, isIPv6: boolean): string {
  const what = address === undefined ? String(port) : formatAddressPort(address, port);
  const family = address === undefined && isIPv6 ? ' (IPv6)' : '';
  return `${kind} ${what}/${protocol.toUpperCase()}${family}`;
}

function factsOf(
  index: DestinationIndex,
  { address, ...to }: Frontend,
): { readonly sources: readonly string[]; readonly targets: readonly string[] } {
  const facts =
    address === undefined
      ? index.byPort.get(portKey(to))
      : index.byAddress.get(destinationKey(address, to));
  return facts ?? { sources: [], targets: [] };
}

const stateOf = (sides: ReadonlySet<SideName>): State =>
  sides.size === 2 ? 'same' : sides.has('after') ? 'new' : 'gone';

function finish(name: string, draft: Draft): MappedService {
  const nodes = (map: Draft['clients']): readonly MapNode[] =>
    [...map]
      .map(([label, sides]) => ({ label, state: stateOf(sides) }))
      .sort((a, b) => naturalCompare(a.label, b.label));
  const clients = nodes(draft.clients);
  const addresses = nodes(draft.addresses);
  const endpoints = nodes(draft.endpoints);
  return {
    name,
    state: stateOf(draft.sides),
    clients,
    addresses,
    endpoints,
    reaches: links(draft.reaches, clients, addresses),
    leads: links(draft.leads, addresses, endpoints),
  };
}

function links(
  map: Draft['leads'],
  from: readonly MapNode[],
  to: readonly MapNode[],
): readonly MapLink[] {
  const places = (nodes: readonly MapNode[]) => new Map(nodes.map(({ label }, i) => [label, i]));
  const [sources, targets] = [places(from), places(to)];
  return [...map].flatMap(([source, ends]) =>
    [...ends].map(
      ([target, sides]): MapLink => [
        sources.get(source) ?? 0,
        targets.get(target) ?? 0,
        stateOf(sides),
      ],
    ),
  );
}
