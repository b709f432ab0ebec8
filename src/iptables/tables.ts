/**
 * What natc has in the tables of iptables, or is to have, as data: chains of rules in the words of
 * iptables. The kernel's listing, the state file and a ruleset that was just built are all brought into
 * this one form.
 */
import { formatAddressPort } from '../net/address.ts';
import { type IpFamily, ipFamilies } from '../net/family.ts';
import type { FlowService } from '../plan/flows.ts';
import type { BuiltInJump, TableName } from './ast.ts';
import { chains } from './names.ts';
import { ruleDestination, ruleEndpoint, rulePort, ruleService } from './rule-text.ts';

/** In the order in which they are committed: what refuses is there before nat sends anything anywhere. */
export const tableNames: readonly TableName[] = ['mangle', 'filter', 'nat'];

/** natc's part of one table of one family. */
export interface TableRules {
  /** The rules of each chain, in order, as they follow `-A CHAIN`. The chain of the stamp is no part. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** From built-in chains into natc's, as often as they are there. */
  readonly jumps: readonly BuiltInJump[];
}

/** natc's part of all tables of both families. */
export type KernelRules = Readonly<Record<IpFamily, Readonly<Record<TableName, TableRules>>>>;

export const noRules: TableRules = { chains: new Map(), jumps: [] };

export interface IptablesTableRef {
  readonly family: IpFamily;
  readonly table: TableName;
}

/** All six, in the order in which they are committed. */
export const allTables: readonly IptablesTableRef[] = ipFamilies.flatMap((family) =>
  tableNames.map((table) => ({ family, table })),
);

/** Builds what there is from what there is in each table. */
export function kernelRules<T>(
  of: (ref: IptablesTableRef) => T,
): Readonly<Record<IpFamily, Readonly<Record<TableName, T>>>> {
  const family = (name: IpFamily) => ({
    mangle: of({ family: name, table: 'mangle' }),
    filter: of({ family: name, table: 'filter' }),
    nat: of({ family: name, table: 'nat' }),
  });
  return { IPv4: family('IPv4'), IPv6: family('IPv6') };
}

export const isEmptyTable = ({ chains, jumps }: TableRules): boolean =>
  chains.size === 0 && jumps.length === 0;

/** Rules in all tables of both families; jumps of the built-in chains do not count. */
export function ruleCount(rules: KernelRules): number {
  let count = 0;
  for (const { family, table } of allTables)
    for (const chain of rules[family][table].chains.values()) count += chain.length;
  return count;
}

/** The Services (`namespace/name`) that rules speak of: comments name them, in the kernel too. */
export function servicesIn(tables: Iterable<TableRules>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { chains } of tables) {
    for (const rules of chains.values()) {
      for (const rule of rules) {
        const name = ruleService(rule);
        if (name !== undefined) names.add(name);
      }
    }
  }
  return names;
}

/** The same for all tables of both families. */
export const tablesServices = (rules: KernelRules): ReadonlySet<string> =>
  servicesIn(allTables.map(({ family, table }) => rules[family][table]));

/** `protocol address:port` of each endpoint that rules lead to. */
export function endpointsIn(tables: Iterable<TableRules>): ReadonlySet<string> {
  const endpoints = new Set<string>();
  for (const { chains } of tables)
    for (const rules of chains.values())
      for (const rule of rules) {
        const endpoint = ruleEndpoint(rule);
        if (endpoint !== undefined) endpoints.add(endpoint);
      }
  return endpoints;
}

/** The addresses of Services, those that are refused included. */
export function servedAddressesIn(rules: KernelRules): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const family of ipFamilies) {
    const { nat, filter } = rules[family];
    for (const rule of [
      ...(nat.chains.get(chains.services) ?? []),
      ...(filter.chains.get(chains.refuseServices) ?? []),
    ]) {
      const address = ruleDestination(rule);
      if (address !== undefined) addresses.add(address);
    }
  }
  return addresses;
}

/**
 * The destinations by UDP and SCTP that rules are for, as one nameless Service a family and protocol:
 * enough to recognise connections to them, where nobody noted what was served.
 */
export function tablesFlowServices(rules: KernelRules): readonly FlowService[] {
  return ipFamilies.flatMap((family) => {
    const { nat, filter } = rules[family];
    const found = [
      ...[chains.services, chains.nodePorts].flatMap((name) => nat.chains.get(name) ?? []),
      ...[chains.refuseServices, chains.refuseNodePorts].flatMap(
        (name) => filter.chains.get(name) ?? [],
      ),
    ].flatMap((rule) => {
      const to = rulePort(rule);
      return to === undefined ? [] : [{ address: ruleDestination(rule), ...to }];
    });
    return (['UDP', 'SCTP'] as const).map((protocol): FlowService => {
      const ours = found.filter((each) => each.protocol === protocol.toLowerCase());
      return {
        family,
        protocol,
        name: 'unknown',
        addresses: ours.flatMap(({ address, port }) =>
          address === undefined ? [] : [formatAddressPort(address, port)],
        ),
        nodePorts: ours.flatMap(({ address, port }) => (address === undefined ? [port] : [])),
        serving: [],
      };
    });
  });
}
