/**
 * The simulator: what the kernel would do to the first packet of a connection, computed from the
 * ruleset alone. Random numbers are not drawn: every value they can take is followed.
 */

import { mergeBranches } from '../../packet/outcome.ts';
import type { Packet, SimulatedHost } from '../../packet/packet.ts';
import { followRoutes } from '../../packet/route.ts';
import type { BaseChain, PreparedRuleset } from './prepare.ts';
import { type PacketState, type Pins, withStep } from './state.ts';
import type { NftOutcome, Trace } from './trace.ts';
import { walkBaseChain } from './walk.ts';

export interface InterpretOptions {
  /** What session affinity has learnt; without it the dynamic maps hold what the ruleset says. */
  readonly pins?: Pins;
}

/**
 * @returns every way the packet can go, with its probability.
 * @throws when a rule names what its table does not have, which the kernel would not have loaded.
 */
export function interpret(
  ruleset: PreparedRuleset,
  packet: Packet,
  host: SimulatedHost,
  options: InterpretOptions = {},
): NftOutcome {
  const family = ruleset.families.get(packet.family) ?? { hooks: new Map() };
  const surroundings = { host, pins: options.pins ?? new Map() };
  const start: PacketState = {
    packet,
    original: { destination: packet.destination, destinationPort: packet.destinationPort },
    destinationBound: false,
    sourceBound: false,
    dnat: false,
    chosen: false,
    masqueraded: false,
    probability: 1,
    trace: undefined,
  };
  const branches = followRoutes<Trace, PacketState, BaseChain>(
    {
      host,
      at: (hook) => family.hooks.get(hook) ?? [],
      isNat: ({ hook }) => hook.type === 'nat',
      walk: (base, state) => walkBaseChain(base, state, surroundings),
      routed: (state, to) =>
        withStep(state, { kind: 'route', to, destination: state.packet.destination }),
    },
    start,
  );
  return { branches: mergeBranches(branches) };
}
