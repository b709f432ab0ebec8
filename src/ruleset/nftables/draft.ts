import type { Origin } from '../../plan/plan.ts';
import type { Chain, DataElement, L4Proto, Owner, SetElement, VerdictElement } from '../ast.ts';
import { type Entrance, endpointMapName, type List } from './names.ts';

/** The elements of an endpoint map, with what its declaration needs. */
export interface EndpointMapDraft {
  readonly entrance: Entrance;
  readonly list: List;
  readonly protocol: L4Proto;
  readonly elements: DataElement[];
}

/** The client map of one sticky ServicePort, endpoint list and target port: filled by the kernel. */
export interface ClientMapDraft {
  readonly name: string;
  readonly timeout: number;
}

/** The endpoints of one sticky ServicePort whose clients are remembered. */
export interface EndpointSetDraft {
  readonly name: string;
  readonly protocol: L4Proto;
  readonly elements: readonly SetElement[];
}

/**
 * The elements of the hairpin set. Nearly every address has one port: texts of address and port, by
 * which to know an element again, are made only for the others.
 */
export interface HairpinDraft {
  readonly elements: SetElement[];
  /** The first element of each address. */
  readonly firsts: Map<string, SetElement>;
  readonly others: Set<string>;
}

/**
 * A table being filled, one ServicePort after another. It never leaves this folder: `buildTable`
 * turns it into a readonly Table.
 */
export interface Draft {
  readonly services: VerdictElement[];
  readonly nodePorts: VerdictElement[];
  readonly refusedServices: VerdictElement[];
  readonly refusedNodePorts: VerdictElement[];
  readonly protectedServices: SetElement[];
  readonly allowedSources: SetElement[];
  readonly hairpins: HairpinDraft;
  readonly endpointMaps: Map<string, EndpointMapDraft>;
  readonly stickyMaps: Map<string, StickyMapDraft>;
  readonly clientMaps: ClientMapDraft[];
  readonly endpointSets: EndpointSetDraft[];
  /** By name; shared chains are asked for once per use and made once. */
  readonly chains: Map<string, Chain>;
}

export interface StickyMapDraft {
  readonly entrance: Entrance;
  readonly protocol: L4Proto;
  readonly elements: VerdictElement[];
}

export const newDraft = (): Draft => ({
  services: [],
  nodePorts: [],
  refusedServices: [],
  refusedNodePorts: [],
  protectedServices: [],
  allowedSources: [],
  hairpins: { elements: [], firsts: new Map(), others: new Set() },
  endpointMaps: new Map(),
  stickyMaps: new Map(),
  clientMaps: [],
  endpointSets: [],
  chains: new Map(),
});

/** The endpoint map for these elements, begun when it is first asked for. */
export function endpointMap(
  draft: Draft,
  entrance: Entrance,
  list: List,
  protocol: L4Proto,
): EndpointMapDraft {
  const name = endpointMapName(entrance, list, protocol);
  let map = draft.endpointMaps.get(name);
  if (map === undefined) {
    map = { entrance, list, protocol, elements: [] };
    draft.endpointMaps.set(name, map);
  }
  return map;
}

/** Adds an endpoint that may reach itself, once. */
export function addHairpin(
  { elements, firsts, others }: HairpinDraft,
  address: string,
  protocol: L4Proto,
  port: number,
  owner: Owner,
  origin: Origin,
): void {
  const first = firsts.get(address);
  if (first !== undefined) {
    if (first.key[2] === protocol && first.key[3] === port) return;
    const id = `${address} ${protocol} ${port}`;
    if (others.has(id)) return;
    others.add(id);
  }
  const element = { key: [address, address, protocol, port], owner, origin };
  if (first === undefined) firsts.set(address, element);
  elements.push(element);
}

/** Makes a chain unless it is there already, and returns its name. */
export function ensureChain(draft: Draft, name: string, build: () => Omit<Chain, 'name'>): string {
  if (!draft.chains.has(name)) {
    // Reserve the place first: `build` may ask for further chains, which follow this one.
    draft.chains.set(name, { name, rules: [] });
    draft.chains.set(name, { name, ...build() });
  }
  return name;
}
