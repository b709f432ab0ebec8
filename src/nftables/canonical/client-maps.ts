import type { NftFamily } from '../../net/family.ts';
import { clientMapNameParts } from '../names.ts';
import type { CanonicalRuleset, CanonicalTable } from './canonical.ts';
import { keyFields, learnedBy, timeoutOf } from './read-text.ts';

/** A map from client to endpoint address that the kernel fills, and whom it may point to. */
export interface ClientMap {
  readonly family: NftFamily;
  readonly table: string;
  readonly name: string;
  /** `shop/web/tcp`: the Service, and the protocol of its port. */
  readonly service: string;
  /** '' for an unnamed port. */
  readonly portName: string;
  /** The port of the endpoints that the map is for. */
  readonly endpointPort: string;
  /** The set of endpoints whose clients are remembered. */
  readonly endpointSet: string;
  /** Addresses of that set's endpoints on the port the map is for. */
  readonly endpoints: ReadonlySet<string>;
  /** Seconds that a pin lives. */
  readonly timeout: number;
}

/** The client maps of a ruleset, found by the rules that write them (the learn chains). */
export const clientMaps = (ruleset: CanonicalRuleset): readonly ClientMap[] =>
  ruleset.tables.flatMap(clientMapsOf);

function clientMapsOf({ family, name: table, collections, chains }: CanonicalTable) {
  const maps: ClientMap[] = [];
  for (const { rules } of chains.values()) {
    for (const rule of rules) {
      const learned = learnedBy(rule);
      if (learned === undefined) continue;
      const { endpointSet, port, clientMap: name } = learned;
      const timeout = timeoutOf(collections.get(name)?.declaration ?? '');
      if (timeout === undefined) continue;
      const endpoints = endpointsOnPort(collections.get(endpointSet)?.elements.keys() ?? [], port);
      const { service, portName } = clientMapNameParts(name);
      maps.push({
        ...{ family, table, name, service, portName, endpointPort: port },
        ...{ endpointSet, endpoints, timeout },
      });
    }
  }
  return maps;
}

/** `10.1.0.6 . 8080`: the addresses with the port asked for. */
function endpointsOnPort(keys: Iterable<string>, wantedPort: string): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const key of keys) {
    const [address, port] = keyFields(key);
    if (address !== undefined && port === wantedPort) addresses.add(address);
  }
  return addresses;
}
