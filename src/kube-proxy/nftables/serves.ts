/** What the rules of kube-proxy's nftables mode serve, read off its maps and the chains they lead to. */
import type { L4Proto } from '../../net/family.ts';
import {
  type Chain,
  type Collection,
  type Rule,
  servicePortOf,
  type Table,
  type VerdictElement,
} from '../../nftables/ast.ts';
import type { ListedDestination, ListedEndpoint, ListedFamily } from '../destinations.ts';
import { chainNamed } from '../names.ts';

/** What can be found behind a chain. */
interface Behind {
  readonly endpoints: ReadonlyMap<string, ListedEndpoint>;
  readonly sources: ReadonlySet<string>;
}

/** Reads the destinations off verdict maps whose keys are destinations, whatever they are called. */
export function servedByNftables(table: Table): ListedFamily {
  const collections = new Map(table.collections.map((each) => [each.name, each]));
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const clusterIPs = setElements(collections.get('cluster-ips'));
  const isClusterIP = new Set(clusterIPs);
  const firewalled = new Set(elementsOf(collections.get('firewall-ips')).map(destinationKey));
  const behind = finder(chains, collections);

  const destinations: ListedDestination[] = [];
  for (const collection of table.collections) {
    if (collection.kind !== 'verdict-map' || !isOfDestinations(collection)) continue;
    for (const element of collection.elements) {
      const address = element.key.length === 3 ? String(element.key[0]) : undefined;
      const chain = element.verdict.kind === 'goto' ? element.verdict.chain : undefined;
      const { endpoints, sources } = behind(chain);
      const named = chain === undefined ? undefined : chainNamed(chain);
      destinations.push({
        address,
        protocol: String(element.key.at(-2)) as L4Proto,
        port: Number(element.key.at(-1)),
        servicePort: named?.servicePort ?? servicePortOf(element),
        frontend: frontendOf(element),
        isServed: named?.purpose !== 'firewall' && named !== undefined,
        verdict: element.verdict,
        endpoints: [...endpoints.values()],
        sources: address === undefined ? [] : [...sources],
      });
    }
  }
  // The firewall knows neither the endpoints nor that the address is served.
  const served = new Set(
    destinations.filter(({ isServed }) => isServed).map((each) => keyOf(each)),
  );

  return {
    destinations: destinations.filter(
      (each) => each.isServed || each.sources.length > 0 || !served.has(keyOf(each)),
    ),
    clusterIPs,
    nodePortAddresses: collections.has('nodeport-ips')
      ? setElements(collections.get('nodeport-ips'))
      : [table.family === 'ip' ? '0.0.0.0/0' : '::/0'],
    ...constantsIn(table, collections),
  };

  function frontendOf(element: VerdictElement): VerdictElement['frontend'] {
    const { key } = element;
    if (key.length !== 3) return 'node-port';
    if (firewalled.has(destinationKey(element))) return 'load-balancer-ip';
    return isClusterIP.has(String(key[0])) ? 'cluster-ip' : undefined;
  }
}

const keyOf = ({ address = '', protocol, port }: ListedDestination): string =>
  `${address} ${protocol} ${port}`;

const destinationKey = ({ key }: VerdictElement): string => key.join(' ');

const isOfDestinations = ({ key }: Collection): boolean =>
  ['daddr,l4proto,th dport', 'l4proto,th dport'].includes(key.join());

const setElements = (collection: Collection | undefined): readonly string[] =>
  collection?.kind === 'set' ? collection.elements.map(({ key }) => String(key[0])) : [];

const elementsOf = (collection: Collection | undefined): readonly VerdictElement[] =>
  collection?.kind === 'verdict-map' ? collection.elements : [];

/** All that a chain leads to, each chain looked at once. */
function finder(
  chains: ReadonlyMap<string, Chain>,
  collections: ReadonlyMap<string, Collection>,
): (chain: string | undefined) => Behind {
  const known = new Map<string, Behind>();
  const nothing: Behind = { endpoints: new Map(), sources: new Set() };
  return (name) => {
    if (name === undefined) return nothing;
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = { endpoints: new Map<string, ListedEndpoint>(), sources: new Set<string>() };
    const seen = new Set<string>();
    const open = [name];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      for (const rule of chains.get(next)?.rules ?? []) open.push(...look(rule, next, found));
    }
    known.set(name, found);
    return found;
  };

  function look(
    { statements }: Rule,
    chain: string,
    found: { endpoints: Map<string, ListedEndpoint>; sources: Set<string> },
  ): readonly string[] {
    const next: string[] = [];
    for (const statement of statements) {
      if (statement.kind === 'goto' || statement.kind === 'jump') next.push(statement.chain);
      else if (statement.kind === 'vmap') {
        for (const { verdict } of elementsOf(collections.get(statement.map)))
          if (verdict.kind === 'goto') next.push(verdict.chain);
      } else if (statement.kind === 'dnat') {
        const map = collections.get(statement.map);
        for (const { value } of map?.kind === 'data-map' ? map.elements : []) {
          const endpoint = { address: String(value[0]), port: Number(value[1]) };
          found.endpoints.set(value.join(' '), endpoint);
        }
      } else if (statement.kind === 'in-set' && statement.key.join() === 'saddr') {
        const set = collections.get(statement.set);
        if (set?.kind === 'set' && set.interval)
          for (const source of setElements(set)) found.sources.add(source);
      } else if (statement.kind === 'address' && statement.selector === 'saddr') {
        if (chainNamed(chain)?.purpose === 'firewall') found.sources.add(statement.network);
      }
    }
    return next;
  }
}

/** Networks, interfaces and marks that rules tell packets apart by, those of one endpoint or firewall left aside. */
function constantsIn(
  { chains }: Table,
  collections: ReadonlyMap<string, Collection>,
): Omit<ListedFamily, 'destinations' | 'clusterIPs' | 'nodePortAddresses'> {
  const sourceNetworks = new Set<string>();
  const destinationNetworks = new Set<string>();
  const serviceCIDRs = new Set<string>();
  const interfaces = new Set<string>();
  const marks = new Set<number>();
  for (const { name, rules } of chains) {
    const purpose = chainNamed(name)?.purpose;
    if (purpose === 'endpoint' || purpose === 'firewall') continue;
    for (const { statement, isDrop } of rules.flatMap(withEnds)) {
      if (statement.kind === 'address') {
        if (statement.selector === 'saddr') sourceNetworks.add(statement.network);
        else {
          destinationNetworks.add(statement.network);
          if (isDrop && !statement.negated) serviceCIDRs.add(statement.network);
        }
      } else if (
        statement.kind === 'in-set' &&
        collections.get(statement.set)?.isAnonymous === true
      ) {
        for (const network of setElements(collections.get(statement.set)))
          if (statement.key[0] === 'saddr') sourceNetworks.add(network);
          else {
            destinationNetworks.add(network);
            if (isDrop && !statement.negated) serviceCIDRs.add(network);
          }
      } else if (statement.kind === 'iifname') interfaces.add(statement.name);
      else if (statement.kind === 'mark') marks.add(statement.mask);
    }
  }
  return {
    sourceNetworks: [...sourceNetworks],
    destinationNetworks: [...destinationNetworks],
    serviceCIDRs: [...serviceCIDRs],
    interfaces: [...interfaces],
    marks: [...marks],
  };
}

/** Every statement, and whether its rule ends with a drop. */
const withEnds = ({ statements }: Rule) =>
  statements.map((statement) => ({ statement, isDrop: statements.at(-1)?.kind === 'drop' }));
