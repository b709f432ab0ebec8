/** What the rules of kube-proxy's iptables mode serve; natc's own, of the same layout, are read alike. */
import type { IptablesChain, IptablesRule, IptablesRuleset } from '../../iptables/ast.ts';
import { chains as natcChains } from '../../iptables/names.ts';
import type { Frontend } from '../../plan/plan.ts';
import type { ListedDestination, ListedEndpoint, ListedFamily } from '../destinations.ts';
import { frontendOfComment, iptablesChainPurpose, servicePortOfComment } from '../names.ts';

/** Chains whose rules are for one destination each. */
export const dispatchingChains: ReadonlySet<string> = new Set([
  ...['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-EXTERNAL-SERVICES', 'KUBE-PROXY-FIREWALL'],
  ...[natcChains.services, natcChains.nodePorts, natcChains.sourceRanges],
  ...[natcChains.refuseServices, natcChains.refuseNodePorts],
]);

const ofNodePorts: ReadonlySet<string> = new Set(['KUBE-NODEPORTS', natcChains.nodePorts]);

const ofFirewall: ReadonlySet<string> = new Set(['KUBE-PROXY-FIREWALL', natcChains.sourceRanges]);

/** Whether a chain has the rules about one endpoint, or one firewall. */
const isOfOne = ({ name }: IptablesChain): boolean => {
  const purpose = iptablesChainPurpose(name);
  return purpose === 'endpoint' || purpose === 'firewall';
};

export function servedByIptables({ family, tables }: IptablesRuleset): ListedFamily {
  const chains = new Map(
    tables.flatMap(({ name, chains: all }) => all.map((chain) => [`${name} ${chain.name}`, chain])),
  );
  const destinations: ListedDestination[] = [];
  const nodePortAddresses = new Set<string>();
  for (const { name: table, chains: all } of tables)
    for (const { name, rules } of all.filter((chain) => dispatchingChains.has(chain.name)))
      for (const rule of rules) {
        if (ofNodePorts.has(leadsTo(rule) ?? '')) nodePortAddresses.add(listensAt(rule, family));
        const destination = destinationOf(rule, name, table, chains);
        if (destination !== undefined) destinations.push(destination);
      }
  return {
    destinations,
    clusterIPs: destinations.flatMap(({ address, frontend }) =>
      address !== undefined && frontend === 'cluster-ip' ? address : [],
    ),
    nodePortAddresses: [...nodePortAddresses],
    serviceCIDRs: [],
    ...constantsIn([...chains.values()]),
  };
}

/** Whether packets for the loopback from outside are dropped, which goes with route_localnet. */
export const guardsLoopback = ({ tables }: IptablesRuleset): boolean =>
  tables.some(({ chains }) =>
    chains.some(({ rules }) =>
      rules.some(
        ({ matches, target }) =>
          target.kind === 'drop' &&
          matches.some((match) => match.kind === 'address' && match.network === '127.0.0.0/8'),
      ),
    ),
  );

const leadsTo = ({ target }: IptablesRule): string | undefined =>
  target.kind === 'jump' || target.kind === 'goto' ? target.chain : undefined;

function listensAt({ matches }: IptablesRule, family: IptablesRuleset['family']): string {
  const address = matches.find(
    (match) => match.kind === 'address' && match.selector === 'destination' && !match.negated,
  );
  if (address?.kind === 'address') return address.network;
  return family === 'IPv4' ? '0.0.0.0/0' : '::/0';
}

function destinationOf(
  rule: IptablesRule,
  chain: string,
  table: string,
  chains: ReadonlyMap<string, IptablesChain>,
): ListedDestination | undefined {
  const port = rule.matches.find((match) => match.kind === 'dport');
  const to = leadsTo(rule);
  const { target, comment = '' } = rule;
  const isStopped = target.kind === 'reject' || target.kind === 'drop';
  if (port?.kind !== 'dport' || iptablesChainPurpose(to ?? '') === 'mark') return undefined;
  if (to === undefined && !isStopped) return undefined;
  const address = rule.matches.find(
    (match) => match.kind === 'address' && match.selector === 'destination' && !match.negated,
  );
  const { endpoints, sources } = behind(to, table, chains);
  // A node port's rule may say which networks it answers on: the loopback is one of its own.
  const at =
    address?.kind === 'address' && !address.network.includes('/') ? address.network : undefined;
  return {
    address: at,
    protocol: port.protocol,
    port: port.port,
    servicePort: servicePortOfComment(comment),
    frontend: frontendIn(comment, chain, table, at),
    isServed: to !== undefined,
    verdict:
      to === undefined
        ? { kind: target.kind === 'drop' ? 'drop' : 'return' }
        : { kind: 'goto', chain: to },
    endpoints,
    sources: at === undefined ? [] : sources,
  };
}

function frontendIn(
  comment: string,
  chain: string,
  table: string,
  address: string | undefined,
): Frontend['kind'] | undefined {
  if (address === undefined) return 'node-port';
  const said = frontendOfComment(comment);
  if (said !== undefined) return said;
  if (ofFirewall.has(chain)) return 'load-balancer-ip';
  return table === 'filter' && chain === 'KUBE-SERVICES' ? 'cluster-ip' : undefined;
}

/** All that a chain leads to. */
function behind(
  start: string | undefined,
  table: string,
  chains: ReadonlyMap<string, IptablesChain>,
): { readonly endpoints: readonly ListedEndpoint[]; readonly sources: readonly string[] } {
  const endpoints = new Map<string, ListedEndpoint>();
  const sources = new Set<string>();
  const seen = new Set<string>();
  const open = start === undefined ? [] : [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const rule of chains.get(`${table} ${name}`)?.rules ?? []) {
      const { target, matches } = rule;
      if (target.kind === 'dnat') {
        const { address, port } = target;
        endpoints.set(`${address} ${port}`, { address, port });
      }
      const next = leadsTo(rule);
      if (next !== undefined) open.push(next);
      if (iptablesChainPurpose(name) !== 'firewall') continue;
      for (const match of matches)
        if (match.kind === 'address' && match.selector === 'source') sources.add(match.network);
    }
  }
  return { endpoints: [...endpoints.values()], sources: [...sources] };
}

function constantsIn(
  chains: readonly IptablesChain[],
): Pick<ListedFamily, 'sourceNetworks' | 'destinationNetworks' | 'interfaces' | 'marks'> {
  const sourceNetworks = new Set<string>();
  const destinationNetworks = new Set<string>();
  const interfaces = new Set<string>();
  const marks = new Set<number>();
  for (const { name, rules } of chains.filter((chain) => !isOfOne(chain)))
    for (const match of rules.flatMap(({ matches }) => matches)) {
      if (match.kind === 'address' && match.selector === 'source')
        sourceNetworks.add(match.network);
      else if (match.kind === 'address' && match.network.includes('/'))
        destinationNetworks.add(match.network);
      else if (match.kind === 'in-interface' && !dispatchingChains.has(name))
        interfaces.add(match.name + (match.isPrefix ? '*' : ''));
      else if (match.kind === 'mark') marks.add(match.mask);
    }
  return {
    sourceNetworks: [...sourceNetworks],
    destinationNetworks: [...destinationNetworks],
    interfaces: [...interfaces],
    marks: [...marks],
  };
}
