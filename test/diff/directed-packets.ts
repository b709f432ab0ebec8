/**
 * Packets aimed at what a traffic diff could overlook: every destination that either ruleset knows, from
 * the edges of every source range, from every endpoint (which may reach itself), and from a pod, a
 * client outside, the node and its loopback.
 */

import { addressFromBigInt } from '../../src/net/address.ts';
import { cidrRange, parseCidr } from '../../src/net/cidr.ts';
import type { L4Proto } from '../../src/net/family.ts';
import type { Collection, Ruleset, Table } from '../../src/nftables/ast.ts';
import type { Packet } from '../oracle/world.ts';

export function directedPackets(
  rulesets: readonly Ruleset[],
  localIPs: readonly string[],
): readonly Packet[] {
  const packets = new Map<string, Packet>();
  for (const family of ['ip', 'ip6'] as const) {
    const tables = rulesets.flatMap((ruleset) =>
      ruleset.tables.filter((table) => table.family === family),
    );
    const own = localIPs.filter((address) => address.includes(':') === (family === 'ip6'));
    const loopback = family === 'ip' ? '127.0.0.1' : '::1';
    const sources = new Set([
      ...(family === 'ip' ? ['10.0.0.2', '203.0.113.2'] : ['fd00:10::2', '2600:5200::1']),
      ...own,
      loopback,
      ...tables.flatMap(rangeEdges),
      ...tables.flatMap((table) => elementsOf(table, 'hairpin').map(([source]) => String(source))),
    ]);
    for (const { to, protocol, port } of tables.flatMap((table) =>
      destinationsOf(table, [...own, loopback]),
    ))
      for (const from of sources)
        for (const iif of from === loopback || own.includes(from) ? [undefined] : ['eth0', 'cbr0'])
          packets.set(`${from} ${to} ${protocol} ${port} ${iif}`, {
            from,
            to,
            port,
            protocol: protocol.toUpperCase() as Packet['protocol'],
            ...(iif === undefined ? {} : { iif }),
          });
  }
  return [...packets.values()];
}

const elementsOf = (table: Table, name: string): readonly (readonly (string | number)[])[] =>
  (table.collections.find((each: Collection) => each.name === name)?.elements ?? []).map(
    ({ key }) => key,
  );

interface Destination {
  readonly to: string;
  readonly protocol: L4Proto;
  readonly port: number;
}

/** Addresses with their ports, node ports at every local address, and a port beside each. */
function destinationsOf(table: Table, local: readonly string[]): readonly Destination[] {
  const services = ['services', 'refused-services', 'protected-services'].flatMap((name) =>
    elementsOf(table, name).map(([to, protocol, port]) => ({ to, protocol, port })),
  );
  const nodePorts = ['node-ports', 'refused-node-ports'].flatMap((name) =>
    elementsOf(table, name).flatMap(([protocol, port]) =>
      local.map((to) => ({ to, protocol, port })),
    ),
  );
  const clusterIPs = elementsOf(table, 'cluster-ips').map(([to]) => ({
    to,
    protocol: 'tcp',
    port: 9,
  }));
  return [...services, ...nodePorts, ...clusterIPs].map(({ to, protocol, port }) => ({
    to: String(to),
    protocol: protocol as L4Proto,
    port: Number(port),
  }));
}

/** The first and last address of each source range, and their neighbours outside. */
function rangeEdges(table: Table): readonly string[] {
  const family = table.family === 'ip' ? 'IPv4' : 'IPv6';
  return elementsOf(table, 'allowed-sources').flatMap((key) => {
    const text = String(key.at(-1));
    const bits = family === 'IPv4' ? 32 : 128;
    const cidr = parseCidr(text.includes('/') ? text : `${text}/${bits}`);
    if (cidr === undefined) return [];
    const { first, last } = cidrRange(cidr);
    return [first - 1n, first, last, last + 1n]
      .filter((value) => value > 0n && value < (1n << BigInt(bits)) - 1n)
      .map((value) => addressFromBigInt(family, value).text)
      .filter((address) => !/^(0|127|22[4-9]|2[3-5]\d)\./.test(address) && !/^f[ef]/.test(address));
  });
}
