import { interpret } from '../nftables/simulate/interpret.ts';
import { type Branch, commonFateOf, type Outcome } from '../packet/outcome.ts';
import { isLocal, type Packet, type SimulatedHost } from '../packet/packet.ts';
import type { ExplainContext } from './context.ts';

/** Stands for an interface whose name is not known; no interface can have it. */
export const unknownInterface = '?';

/** Sends a packet through the rules that are asked about. */
export type AskPacket = (packet: Packet, host: SimulatedHost) => Outcome;

/**
 * The assumptions that the answer depends on: each one is reversed, and the packet is sent again.
 */
export function assumptionsOf(
  packet: Packet,
  outcome: Outcome,
  context: ExplainContext,
  ask: AskPacket = (asked, host) => interpret(context.prepared, asked, host),
): readonly string[] {
  const { host } = context.subject;
  const answer = shortAnswer(outcome);
  const assumptions: string[] = [];
  const check = (words: string, otherPacket: Packet, otherHost: SimulatedHost): void => {
    const other = shortAnswer(ask(otherPacket, otherHost));
    if (other !== answer) assumptions.push(`${words}, the packet would be ${other}`);
  };
  const withAddress = (address: string): SimulatedHost => ({
    ...host,
    addresses: new Set([...host.addresses, address]),
  });
  const { source, destination, inInterface } = packet;
  if (!host.isComplete && !isLocal(host, destination) && outcome.branches.every(isPassed)) {
    const words = `${destination} is taken for another machine's address; if it is this node's (--node-ip)`;
    check(words, packet, withAddress(destination));
  }
  if (host.addresses.size === 0 && !isLocal(host, source)) {
    const words = `${source} is taken for another machine's address; if it is this node's (--node-ip)`;
    check(words, { ...packet, inInterface: '' }, withAddress(source));
  }
  if (inInterface === unknownInterface) {
    for (const name of interfacesOf(context)) {
      const words = `the packet is taken to come in elsewhere than through ${name}; if it comes in there (--in-interface)`;
      check(words, { ...packet, inInterface: name.replace('*', '0') }, host);
    }
  }
  if (!host.isComplete && host.routeLocalnet) {
    const words =
      'net.ipv4.conf.all.route_localnet is taken to be 1, as natc apply sets it; if it were 0';
    check(words, packet, { ...host, routeLocalnet: false });
  }
  return assumptions;
}

/** No Service has the address; its owner is not known. */
const isPassed = ({ verdict, dnat }: Branch): boolean => verdict === 'accept' && !dnat;

/** Interfaces that rules tell apart, besides the loopback. */
function interfacesOf({ table }: ExplainContext): readonly string[] {
  const names = new Set<string>();
  for (const { rules } of table?.chains ?? []) {
    for (const { statements } of rules) {
      for (const statement of statements) {
        if (statement.kind === 'iifname' && statement.name !== 'lo') names.add(statement.name);
      }
    }
  }
  return [...names];
}

/** An outcome in a few words; outcomes with the same words are alike to a reader. */
function shortAnswer(outcome: Outcome): string {
  const answer = commonFateOf(outcome);
  switch (answer.kind) {
    case 'pass':
      return 'passed on untouched';
    case 'drop':
    case 'martian':
      return 'dropped';
    case 'reject':
      return 'refused';
    case 'mixed':
      return 'delivered to some endpoints only';
    case 'dnat': {
      const { endpoints } = answer;
      const masqueraded = endpoints.filter(({ masquerade }) => masquerade).length;
      const source =
        masqueraded === 0
          ? 'source address kept'
          : masqueraded === endpoints.length
            ? 'masqueraded'
            : `masqueraded for ${masqueraded}`;
      return `delivered to ${endpoints.length} endpoint${endpoints.length === 1 ? '' : 's'}, ${source}`;
    }
  }
}
