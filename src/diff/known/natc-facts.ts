import type { Collection, Table } from '../../nftables/ast.ts';
import { collections } from '../../nftables/names.ts';
import { destinationKey } from '../destination.ts';
import type { NatcSide } from './natc-side.ts';

/** What becomes of a packet for want of endpoints. */
export type Lack = 'refused' | 'dropped';

/** What natc's ruleset says, by `10.96.0.10 tcp 80` or `tcp 30080`. */
export interface NatcFacts {
  /** Undefined for a destination that has endpoints, or is none. */
  readonly refused: (destination: string) => Lack | undefined;
  readonly refusedPort: (port: string) => Lack | undefined;
  /** Whether a Service has it, with endpoints or without. */
  readonly isServices: (destination: string) => boolean;
  /** It has source ranges. */
  readonly isProtected: (destination: string) => boolean;
  /**
   * Where the endpoints of that address and port are: all on other nodes, or none on this one as far as their nodes
   * are named, and some on a node that nobody names. Undefined for anything else, and where nothing tells.
   */
  readonly placeOf: (
    address: string,
    port: { readonly protocol: string; readonly port: number },
  ) => 'elsewhere' | 'unknown' | undefined;
}

export function natcFacts(table: Table | undefined, side: NatcSide): NatcFacts {
  const refused = verdicts(table, collections.refusedServices);
  const refusedPorts = verdicts(table, collections.refusedNodePorts);
  const services = keys(table, collections.services);
  const guarded = keys(table, collections.protectedServices);
  const places = endpointPlaces(table, side);
  return {
    refused: (destination) => refused.get(destination),
    refusedPort: (port) => refusedPorts.get(port),
    isServices: (destination) => services.has(destination) || refused.has(destination),
    isProtected: (destination) => guarded.has(destination),
    placeOf: (address, port) => {
      const own = places.get(destinationKey(address, port));
      if (own === undefined || own.has('here') || own.has('untold')) return undefined;
      return own.has('unknown') ? 'unknown' : 'elsewhere';
    },
  };
}

type Place = 'here' | 'elsewhere' | 'unknown' | 'untold';

/** Of all endpoints of each address and port, of whichever Service. */
function endpointPlaces(
  table: Table | undefined,
  { plan, nodeName }: NatcSide,
): ReadonlyMap<string, ReadonlySet<Place>> {
  const places = new Map<string, Set<Place>>();
  const add = (address: string, protocol: string, port: number, place: Place): void => {
    const key = destinationKey(address, { protocol, port });
    places.set(key, (places.get(key) ?? new Set()).add(place));
  };
  if (plan !== undefined) {
    for (const { protocol, clusterEndpoints, localEndpoints } of plan.servicePorts)
      for (const { address, port, nodeName: node, hairpin } of [
        ...clusterEndpoints,
        ...localEndpoints,
      ])
        add(
          address,
          protocol.toLowerCase(),
          port,
          node === undefined ? 'unknown' : hairpin ? 'here' : 'elsewhere',
        );
    return places;
  }
  for (const collection of table?.collections ?? []) {
    if (collection.kind !== 'data-map' || collection.clients !== undefined) continue;
    const protocol = protocolOf(collection);
    for (const { value, nodeName: node, owner } of collection.elements) {
      // Only what stands in a file has the nodes, and then which one this is, too.
      const told = nodeName === undefined ? 'untold' : node === nodeName ? 'here' : 'elsewhere';
      const place = owner === undefined ? 'untold' : node === undefined ? 'unknown' : told;
      add(String(value[0]), protocol, Number(value[1]), place);
    }
  }
  return places;
}

const named = (table: Table | undefined, name: string): Collection | undefined =>
  table?.collections.find((collection) => collection.name === name);

const keys = (table: Table | undefined, name: string): ReadonlySet<string> =>
  new Set(named(table, name)?.elements.map(({ key }) => key.join(' ')));

function verdicts(table: Table | undefined, name: string): ReadonlyMap<string, Lack> {
  const collection = named(table, name);
  if (collection?.kind !== 'verdict-map') return new Map();
  return new Map(
    collection.elements.map(({ key, verdict }) => [
      key.join(' '),
      verdict.kind === 'drop' ? 'dropped' : 'refused',
    ]),
  );
}

/** Of the ports in the keys. */
function protocolOf({ key }: Collection): string {
  const port = key.find((selector) => typeof selector === 'string' && selector.endsWith(' dport'));
  return typeof port === 'string' ? port.replace(' dport', '') : '';
}
