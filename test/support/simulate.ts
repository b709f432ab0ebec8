/** Asks the simulator in the words of the case files (fixtures/cases/README.md). */

import type { IptablesRuleset } from '../../src/iptables/ast.ts';
import { interpretIptables, prepareIptables } from '../../src/iptables/simulate/interpret.ts';
import type { IptablesTrace } from '../../src/iptables/simulate/walk.ts';
import type { L4Proto } from '../../src/net/family.ts';
import type { Ruleset } from '../../src/nftables/ast.ts';
import { interpret } from '../../src/nftables/simulate/interpret.ts';
import { type PreparedRuleset, prepare } from '../../src/nftables/simulate/prepare.ts';
import { type Branch, commonFateOf, type Outcome } from '../../src/packet/outcome.ts';
import {
  isLocal,
  type SimulatedHost,
  type Packet as SimulatedPacket,
} from '../../src/packet/packet.ts';
import type { Packet } from '../oracle/world.ts';
import { canonical } from './kernel-packets.ts';

export type Simulate = (packet: Packet & { readonly mark?: number }) => Outcome;

/** A packet of a local address without an interface is a node process's; others come from outside. */
export function simulatorOf(
  ruleset: Ruleset,
  localIPs: readonly string[],
  routeLocalnet = true,
): Simulate {
  const prepared: PreparedRuleset = prepare(ruleset);
  const host = hostOf(localIPs, routeLocalnet);
  return (packet) => interpret(prepared, packetOf(packet, host), host);
}

export type SimulateIptables = (
  packet: Packet & { readonly mark?: number },
) => Outcome<IptablesTrace>;

/** The same packets through the iptables rules of both families. */
export function iptablesSimulatorOf(
  rulesets: readonly IptablesRuleset[],
  localIPs: readonly string[],
  routeLocalnet = true,
): SimulateIptables {
  const prepared = new Map(
    rulesets.map((ruleset) => [ruleset.family === 'IPv4' ? 'ip' : 'ip6', prepareIptables(ruleset)]),
  );
  const host = hostOf(localIPs, routeLocalnet);
  return (packet) => {
    const asked = packetOf(packet, host);
    return interpretIptables(prepared.get(asked.family) ?? { hooks: new Map() }, asked, host);
  };
}

export const hostOf = (localIPs: readonly string[], routeLocalnet: boolean): SimulatedHost => ({
  addresses: new Set(localIPs.map(canonical)),
  routeLocalnet,
});

export function packetOf(
  { from, to, port, protocol, iif, mark = 0 }: Packet & { readonly mark?: number },
  host: SimulatedHost,
): SimulatedPacket {
  return {
    family: to.includes(':') ? 'ip6' : 'ip',
    source: canonical(from),
    destination: canonical(to),
    protocol: protocol.toLowerCase() as L4Proto,
    destinationPort: port,
    inInterface: iif ?? (isLocal(host, canonical(from)) ? '' : 'eth0'),
    mark,
  };
}

export const endpointText = ({ destination, destinationPort }: Branch<unknown>): string =>
  destination.includes(':')
    ? `[${destination}]:${destinationPort}`
    : `${destination}:${destinationPort}`;

/** The outcome as the `expect` of a flow. What the kernel drops by itself passes the proxy. */
export function expectationOf(outcome: Outcome<unknown>): unknown {
  const answer = commonFateOf(outcome);
  if (answer.kind === 'martian') return 'pass';
  if (answer.kind === 'mixed') return answer.branches.map((branch) => branch.verdict);
  if (answer.kind !== 'dnat') return answer.kind;
  const { endpoints } = answer;
  const masqueraded = endpoints.filter((branch) => branch.masquerade);
  const isAll = masqueraded.length === endpoints.length;
  return {
    dnat: endpoints.map(endpointText),
    masquerade: isAll,
    ...(isAll || masqueraded.length === 0 ? {} : { hairpin: masqueraded.map(endpointText) }),
  };
}
