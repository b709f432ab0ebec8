import type { Collection, Table } from '../../nftables/ast.ts';
import { collections } from '../../nftables/names.ts';
import type { FamilyPlan } from '../../plan/plan.ts';

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
  /** Lists of endpoints that packets for it may be sent to, each by `10.1.0.6 8080` with its node. */
  readonly listsOf: (destination: string) => readonly EndpointNodes[];
  /** Whether some endpoint of that address and port is on a node that nobody names. */
  readonly isOfUnknownNode: (address: string, port: number) => boolean;
}

/** The node of each endpoint, undefined where nobody names it. */
export type EndpointNodes = ReadonlyMap<string, string | undefined>;

/** @param plan what the table was made from, where that is known: of lists that the table has no use for */
export function natcFacts(table: Table | undefined, plan: FamilyPlan | undefined): NatcFacts {
  const refused = verdicts(table, collections.refusedServices);
  const refusedPorts = verdicts(table, collections.refusedNodePorts);
  const services = keys(table, collections.services);
  const guarded = keys(table, collections.protectedServices);
  const lists = new Map<string, EndpointNodes[]>();
  const add = (destination: string, list: EndpointNodes): void => {
    const known = lists.get(destination) ?? [];
    if (known.push(list) === 1) lists.set(destination, known);
  };
  const unknown = new Set<string>();
  for (const collection of table?.collections ?? []) {
    if (collection.kind !== 'data-map' || collection.clients !== undefined) continue;
    const protocol = protocolOf(collection);
    const own = new Map<string, Map<string, string | undefined>>();
    for (const { key, value, nodeName } of collection.elements) {
      const endpoint = value.join(' ');
      if (nodeName === undefined) unknown.add(endpoint);
      const destination = `${key[0]} ${protocol} ${key[1]}`;
      const list = own.get(destination) ?? new Map<string, string | undefined>();
      own.set(destination, list.set(endpoint, nodeName));
    }
    for (const [destination, list] of own) add(destination, list);
  }
  for (const { frontends, protocol, clusterEndpoints, localEndpoints } of plan?.servicePorts ?? [])
    for (const frontend of frontends) {
      if (frontend.kind === 'node-port') continue;
      const destination = `${frontend.address} ${protocol.toLowerCase()} ${frontend.port}`;
      for (const list of [clusterEndpoints, localEndpoints])
        add(
          destination,
          new Map(list.map(({ address, port, nodeName }) => [`${address} ${port}`, nodeName])),
        );
    }
  return {
    refused: (destination) => refused.get(destination),
    refusedPort: (port) => refusedPorts.get(port),
    isServices: (destination) => services.has(destination) || refused.has(destination),
    isProtected: (destination) => guarded.has(destination),
    listsOf: (destination) => lists.get(destination) ?? [],
    isOfUnknownNode: (address, port) => unknown.has(`${address} ${port}`),
  };
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
