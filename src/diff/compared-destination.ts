import type { Packet } from '../packet/packet.ts';
import type { Behaviour } from './behaviour.ts';
import type { ClientClass } from './client-classes.ts';
import type { Destination } from './destination.ts';

/** A destination, and what both sides do to each kind of client that connects to it. */
export interface ComparedDestination {
  readonly destination: Destination;
  /** What the packets arrived with; where it is not 0, packets without a mark see no difference. */
  readonly mark: number;
  /** Something was taken to be an address of this node though nobody says so; else there is no difference. */
  readonly isAssumed: boolean;
  readonly results: readonly ClientResult[];
}

export interface ClientResult {
  readonly client: ClientClass;
  readonly packet: Packet;
  /** This node's addresses when the packet was sent. */
  readonly nodeAddresses: ReadonlySet<string>;
  readonly before: Behaviour;
  readonly after: Behaviour;
  readonly isDifferent: boolean;
}
