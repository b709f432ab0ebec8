import type { L4Proto, NftFamily } from '../net/family.ts';
import type {
  Collection,
  DataElement,
  Match,
  Rule,
  SetElement,
  Table,
  VerdictElement,
} from '../nftables/ast.ts';
import { collections, endpointMapName, tableName } from '../nftables/names.ts';
import type { ListedDestination, ListedFamily } from './destinations.ts';

const protocols: readonly L4Proto[] = ['tcp', 'udp', 'sctp'];

/**
 * What kube-proxy's rules serve, in the shape of natc's own table, so that whatever reads destinations off a
 * ruleset reads them off this: never to be simulated, since who gets to which endpoint is in the rules.
 */
export function outlineTable(family: NftFamily, listed: ListedFamily): Table {
  const { destinations } = listed;
  const served = destinations.filter(({ isServed }) => isServed);
  const refused = destinations.filter(({ isServed }) => !isServed);
  return {
    family,
    name: tableName,
    collections: [
      addressSet(collections.clusterIPs, listed.clusterIPs),
      addressSet(collections.nodePortAddresses, listed.nodePortAddresses),
      addressSet(collections.serviceCIDRs, listed.serviceCIDRs),
      verdictMap(collections.services, served, true),
      verdictMap(collections.nodePorts, served, false),
      verdictMap(collections.refusedServices, refused, true),
      verdictMap(collections.refusedNodePorts, refused, false),
      ...protocols.flatMap((protocol) => endpointMaps(protocol, destinations)),
      hairpins(destinations),
      allowedSources(destinations),
    ],
    chains: [{ name: 'constants', rules: constantRules(listed) }],
  };
}

const addressSet = (name: string, addresses: readonly string[]): Collection => ({
  ...{ kind: 'set', name, key: ['daddr'], interval: true },
  elements: [...new Set(addresses)].map((address) => ({ key: [address] })),
});

function verdictMap(
  name: string,
  destinations: readonly ListedDestination[],
  hasAddress: boolean,
): Collection {
  const elements = new Map<string, VerdictElement>();
  for (const { address, protocol, port, servicePort, frontend, verdict } of destinations) {
    if ((address !== undefined) !== hasAddress) continue;
    const key = address === undefined ? [protocol, port] : [address, protocol, port];
    const known = elements.get(key.join(' '));
    if (known?.servicePort !== undefined) continue;
    elements.set(key.join(' '), {
      ...{ key, verdict },
      ...(servicePort && { servicePort }),
      ...(frontend && { frontend }),
    });
  }
  return {
    ...{ kind: 'verdict-map', name },
    key: hasAddress ? ['daddr', 'l4proto', 'th dport'] : ['l4proto', 'th dport'],
    elements: [...elements.values()],
  };
}

function endpointMaps(
  protocol: L4Proto,
  destinations: readonly ListedDestination[],
): readonly Collection[] {
  const index = { kind: 'numgen random', modulus: 1 } as const;
  return (['service', 'node-port'] as const).map((entrance): Collection => {
    const elements = destinations
      .filter((each) => each.protocol === protocol)
      .filter(({ address }) => (address === undefined) === (entrance === 'node-port'))
      .flatMap(({ address, port, servicePort, endpoints }) =>
        endpoints.map(
          (endpoint, place): DataElement => ({
            key: address === undefined ? [port, place] : [address, port, place],
            value: [endpoint.address, endpoint.port],
            ...(servicePort && { servicePort }),
          }),
        ),
      );
    const port = `${protocol} dport` as const;
    return {
      kind: 'data-map',
      name: endpointMapName(entrance, 'cluster', protocol),
      key: entrance === 'service' ? ['daddr', port, index] : [port, index],
      value: ['daddr', port],
      elements,
    };
  });
}

/** Any endpoint may be a client of itself; which ones the rules tell apart, packets show. */
function hairpins(destinations: readonly ListedDestination[]): Collection {
  const elements = new Map<string, SetElement>();
  for (const { protocol, endpoints } of destinations)
    for (const { address, port } of endpoints)
      elements.set(`${address} ${protocol} ${port}`, { key: [address, address, protocol, port] });
  return {
    ...{ kind: 'set', name: collections.hairpin, interval: false },
    key: ['saddr', 'daddr', 'l4proto', 'th dport'],
    elements: [...elements.values()],
  };
}

const allowedSources = (destinations: readonly ListedDestination[]): Collection => ({
  ...{ kind: 'set', name: collections.allowedSources, interval: true },
  key: ['daddr', 'l4proto', 'th dport', 'saddr'],
  elements: destinations.flatMap(({ address, protocol, port, sources }) =>
    address === undefined
      ? []
      : sources.map((source) => ({ key: [address, protocol, port, source] })),
  ),
});

function constantRules(listed: ListedFamily): readonly Rule[] {
  const matches: readonly Match[] = [
    ...listed.sourceNetworks.map(
      (network): Match => ({ kind: 'address', selector: 'saddr', negated: false, network }),
    ),
    ...listed.destinationNetworks.map(
      (network): Match => ({ kind: 'address', selector: 'daddr', negated: false, network }),
    ),
    ...listed.interfaces.map((name): Match => ({ kind: 'iifname', negated: false, name })),
    ...listed.marks.map((mask): Match => ({ kind: 'mark', mask })),
  ];
  return matches.map((match) => ({ statements: [match] }));
}
