import type { NftFamily, Ruleset, Table } from '../ast.ts';

/** A map from client to endpoint address that the kernel fills, and whom it may point to. */
export interface ClientMap {
  readonly family: NftFamily;
  readonly table: string;
  readonly name: string;
  /** The set of endpoints whose clients are remembered. */
  readonly endpointSet: string;
  /** Addresses of that set's endpoints on the port the map is for. */
  readonly endpoints: ReadonlySet<string>;
}

/** The client maps of a ruleset, found by the rules that write them (the learn chains). */
export const clientMaps = (ruleset: Ruleset): readonly ClientMap[] =>
  ruleset.tables.flatMap(clientMapsOf);

function clientMapsOf(table: Table): readonly ClientMap[] {
  const sets = new Map(table.collections.map((collection) => [collection.name, collection]));
  const maps: ClientMap[] = [];
  for (const { rules } of table.chains) {
    for (const { statements } of rules) {
      const update = statements.find((statement) => statement.kind === 'map-update');
      const set = statements.find((statement) => statement.kind === 'in-set');
      const dport = statements.find((statement) => statement.kind === 'dport');
      if (update === undefined || set === undefined || dport === undefined) continue;
      const endpoints = new Set<string>();
      for (const { key } of sets.get(set.set)?.elements ?? [])
        if (key[1] === dport.port) endpoints.add(String(key[0]));
      maps.push({
        family: table.family,
        table: table.name,
        name: update.map,
        endpointSet: set.set,
        endpoints,
      });
    }
  }
  return maps;
}
