/** What a kube-proxy's rules serve, in a row for each ServicePort: all that its names and comments tell. */
import { formatAddressPort } from '../net/address.ts';
import type { L4Proto, NftFamily } from '../net/family.ts';
import { naturalCompare } from '../net/natural-compare.ts';
import { type Collection, servicePortOf, type VerdictElement } from '../nftables/ast.ts';
import { collections, endpointMapNames } from '../nftables/names.ts';
import type { Frontend } from '../plan/plan.ts';
import type { KubeProxyListing } from './listing.ts';
import { chainNamed, servicePortOfComment } from './names.ts';

export interface ListedRow {
  /** `shop/web`; undefined where neither a name nor a comment says. */
  readonly service: string | undefined;
  /** '' when unnamed. */
  readonly portName: string;
  readonly protocol: L4Proto;
  /** IPv4 first. */
  readonly addresses: readonly ListedAddress[];
  /** 0 when there is none. */
  readonly nodePort: number;
  /** `10.1.0.6:8080`, of all its destinations. */
  readonly endpoints: readonly string[];
  /** Seconds; undefined where clients are not remembered. */
  readonly affinityTimeout: number | undefined;
  /** What is not sent to an endpoint: `172.30.0.46:80`, or `node port 30080`. */
  readonly refused: readonly RefusedDestination[];
}

export interface ListedAddress {
  readonly address: string;
  readonly port: number;
  /** Undefined where the rules do not tell. */
  readonly kind: Exclude<Frontend['kind'], 'node-port'> | undefined;
}

export interface RefusedDestination {
  readonly destination: string;
  readonly verdict: 'refused' | 'dropped';
}

interface OpenRow {
  readonly addresses: Map<string, ListedAddress>;
  readonly endpoints: Set<string>;
  readonly refused: Map<string, RefusedDestination>;
  nodePort: number;
}

/** Puts what the outline of a listing has into rows, sorted by Service, port and protocol. */
export function summariseListing({ outline, rules }: KubeProxyListing): readonly ListedRow[] {
  const open = new Map<string, OpenRow>();
  const rowOf = (service: string | undefined, portName: string, protocol: string): OpenRow => {
    const key = JSON.stringify([service ?? null, portName, protocol]);
    const known = open.get(key);
    if (known !== undefined) return known;
    const made = {
      ...{ addresses: new Map(), endpoints: new Set<string>(), refused: new Map(), nodePort: 0 },
    };
    open.set(key, made);
    return made;
  };
  for (const { collections: all } of outline.tables)
    for (const collection of all) {
      if (collection.kind === 'verdict-map')
        for (const element of collection.elements) addDestination(collection, element, rowOf);
      if (collection.kind === 'data-map') addEndpoints(collection, rowOf);
    }
  const timeouts = affinityTimeouts(rules);
  return [...open]
    .map(([key, row]): ListedRow => {
      const [service, portName, protocol] = JSON.parse(key) as [string | null, string, L4Proto];
      return {
        ...{ service: service ?? undefined, portName, protocol },
        addresses: [...row.addresses.values()],
        nodePort: row.nodePort,
        endpoints: [...row.endpoints].sort(naturalCompare),
        affinityTimeout: timeouts.get(`${service}:${portName}`),
        refused: [...row.refused.values()],
      };
    })
    .sort((a, b) => compare(sortKey(a), sortKey(b)));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sortKey = ({ service, portName, protocol }: ListedRow): string =>
  [service ?? '\uffff', portName, protocol].join('\0');

type RowOf = (service: string | undefined, portName: string, protocol: string) => OpenRow;

function addDestination({ name }: Collection, element: VerdictElement, rowOf: RowOf): void {
  const { key, verdict, frontend } = element;
  const [protocol, port] = [String(key.at(-2)), Number(key.at(-1))];
  const owner = servicePortOf(element);
  const row = rowOf(owner?.service, owner?.portName ?? '', protocol);
  const address = key.length === 3 ? String(key[0]) : undefined;
  const isRefused = name === collections.refusedServices || name === collections.refusedNodePorts;
  const where = address === undefined ? `node port ${port}` : formatAddressPort(address, port);
  if (address === undefined) row.nodePort = port;
  else {
    const known = row.addresses.get(where);
    const kind = known?.kind ?? (frontend === 'node-port' ? undefined : frontend);
    row.addresses.set(where, { address, port, kind });
  }
  if (isRefused)
    row.refused.set(where, {
      destination: where,
      verdict: verdict.kind === 'drop' ? 'dropped' : 'refused',
    });
}

function addEndpoints(collection: Collection, rowOf: RowOf): void {
  if (collection.kind !== 'data-map') return;
  const protocol = endpointMapNames.get(collection.name) ?? '';
  for (const element of collection.elements) {
    const owner = servicePortOf(element);
    const [address, port] = element.value;
    rowOf(owner?.service, owner?.portName ?? '', protocol).endpoints.add(
      formatAddressPort(String(address), Number(port)),
    );
  }
}

/** By `shop/web:http`. */
function affinityTimeouts(rules: KubeProxyListing['rules']): ReadonlyMap<string, number> {
  const timeouts = new Map<string, number>();
  for (const each of rules) {
    if (each.mode === 'nftables') {
      for (const collection of each.table.collections) {
        if (collection.kind !== 'set' || collection.timeout === undefined) continue;
        const named = chainNamed(collection.name.replace(/^affinity-/, 'endpoint-'));
        if (named === undefined) continue;
        const { service, portName } = named.servicePort;
        timeouts.set(`${service}:${portName}`, collection.timeout);
      }
      continue;
    }
    for (const { chains } of each.ruleset.tables)
      for (const { matches, comment = '' } of chains.flatMap((chain) => chain.rules))
        for (const match of matches) {
          const owner = servicePortOfComment(comment);
          if (match.kind === 'recent-rcheck' && owner !== undefined)
            timeouts.set(`${owner.service}:${owner.portName}`, match.seconds);
        }
  }
  return timeouts;
}

/** Families that somebody listed, IPv4 first. */
export const listedFamilies = ({ rules }: KubeProxyListing): readonly NftFamily[] =>
  (['ip', 'ip6'] as const).filter((family) => rules.some((each) => each.family === family));
