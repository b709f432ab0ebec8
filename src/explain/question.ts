import type { PacketProtocol } from '../packet/packet.ts';

/** A question with nothing left open. */
export interface Question {
  readonly source: string;
  readonly sourcePort: number | undefined;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: PacketProtocol;
  /** Undefined: not known, unless the source is this node itself. */
  readonly inInterface: string | undefined;
}
