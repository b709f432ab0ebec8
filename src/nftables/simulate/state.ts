import type { SimulatedHost } from '../../packet/packet.ts';
import type { OnItsWay } from '../../packet/route.ts';
import type { PreparedTable } from './prepare.ts';
import type { Step, Trace } from './trace.ts';

/** A packet on its way, and what the connection tracking knows of its connection. */
export interface PacketState extends OnItsWay<Trace> {
  /** The destination before DNAT. */
  readonly original: { readonly destination: string; readonly destinationPort: number };
  /** `ct status dnat`: the destination differs from the original one. */
  readonly dnat: boolean;
}

/** Clients' pins of session affinity: by map name, then by client address, the endpoint's address. */
export type Pins = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What stays the same while one table's rules are walked. */
export interface WalkSurroundings {
  readonly table: PreparedTable;
  readonly host: SimulatedHost;
  readonly pins: Pins;
}

/** Field by field, because this runs for every statement and a spread is several times slower. */
export const withStep = (state: PacketState, step: Step): PacketState => ({
  packet: state.packet,
  original: state.original,
  destinationBound: state.destinationBound,
  sourceBound: state.sourceBound,
  dnat: state.dnat,
  chosen: state.chosen,
  masqueraded: state.masqueraded,
  probability: state.probability,
  trace: { step, before: state.trace },
});
