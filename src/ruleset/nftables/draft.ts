import type { Chain, DataElement, L4Proto, SetElement, VerdictElement } from '../ast.ts';
import { addKey, newSeenKeys, type SeenKeys } from '../seen-keys.ts';
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

/** The elements of the hairpin set, and their keys. */
export interface HairpinDraft {
  readonly elements: SetElement[];
  readonly seen: SeenKeys;
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
  hairpins: { elements: [], seen: newSeenKeys() },
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
export function addHairpin({ elements, seen }: HairpinDraft, element: SetElement): void {
  if (addKey(seen, element.key)) elements.push(element);
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
