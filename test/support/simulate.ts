/** Asks the simulator in the words of the case files (semantics 17.2). */
import { interpret } from '../../src/explain/interpret.ts';
import { answerOf, type Branch, type Outcome } from '../../src/explain/outcome.ts';
import { isLocal } from '../../src/explain/packet.ts';
import { type PreparedRuleset, prepare } from '../../src/explain/prepare.ts';
import type { L4Proto, Ruleset } from '../../src/ruleset/ast.ts';
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
  const host = { addresses: new Set(localIPs.map(canonical)), routeLocalnet };
  return ({ from, to, port, protocol, iif, mark = 0 }) =>
    interpret(
      prepared,
      {
        family: to.includes(':') ? 'ip6' : 'ip',
        source: canonical(from),
        destination: canonical(to),
        protocol: protocol.toLowerCase() as L4Proto,
        destinationPort: port,
        inInterface: iif ?? (isLocal(host, canonical(from)) ? '' : 'eth0'),
        mark,
      },
      host,
    );
}

export const endpointText = ({ destination, destinationPort }: Branch): string =>
  destination.includes(':')
    ? `[${destination}]:${destinationPort}`
    : `${destination}:${destinationPort}`;

/** The outcome as the `expect` of a flow. What the kernel drops by itself passes the proxy. */
export function expectationOf(outcome: Outcome): unknown {
  const answer = answerOf(outcome);
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
