import type { FrontendKind } from '../explain/frontends.ts';
import type { NftFamily } from '../net/family.ts';
import type { PacketProtocol } from '../packet/packet.ts';
import type { ServicePortName } from '../plan/service-port-name.ts';

/** Destinations that no rule of either side tells apart, and one of them. */
export interface Destination {
  readonly family: NftFamily;
  /** `region`: no Service has this address and port. */
  readonly kind: FrontendKind | 'region';
  readonly address: string;
  readonly protocol: PacketProtocol;
  /** All of which the same is told; several for a region alone. */
  readonly protocols: readonly PacketProtocol[];
  readonly port: number;
  /** Nothing is told of other ports there, which nothing names. */
  readonly isOnePort: boolean;
  /** The address is taken for one of this node's, known to be or not. */
  readonly isLocal: boolean;
  /** Undefined for a region. */
  readonly servicePort: ServicePortName | undefined;
  /** What a reader calls it: `cluster IP 10.96.0.10:80/TCP`. */
  readonly label: string;
  /** What the ports are of, where the label is about ports: `this node's IPv4 addresses`. */
  readonly portsOf?: string;
}

/** `10.96.0.10 tcp 80`, the key of the index. */
export const destinationKey = (
  address: string,
  { protocol, port }: { readonly protocol: string; readonly port: number },
): string => `${address} ${protocol} ${port}`;

/** `tcp 80` */
export const portKey = ({
  protocol,
  port,
}: {
  readonly protocol: string;
  readonly port: number;
}): string => `${protocol} ${port}`;

/** The inverse of {@link portKey}. */
export function parsePortKey(key: string): {
  readonly protocol: PacketProtocol;
  readonly port: number;
} {
  const [protocol = '', port = ''] = key.split(' ');
  return { protocol: protocol as PacketProtocol, port: Number(port) };
}

/** The address of a {@link destinationKey}, and the {@link portKey} in it. */
export function partsOfKey(key: string): { readonly address: string; readonly port: string } {
  const end = key.indexOf(' ');
  return { address: key.slice(0, end), port: key.slice(end + 1) };
}

/** The inverse of {@link destinationKey}. */
export function parseDestinationKey(key: string): {
  readonly address: string;
  readonly protocol: PacketProtocol;
  readonly port: number;
} {
  const [address = '', protocol = '', port = ''] = key.split(' ');
  return { address, protocol: protocol as PacketProtocol, port: Number(port) };
}
