import type { L4Proto, NftFamily } from '../net/family.ts';

/** Protocols a packet may have; ICMP (and ICMPv6) has no ports: its port is 0. */
export type PacketProtocol = L4Proto | 'icmp';

/** The first packet of a new connection. Addresses are in canonical text. */
export interface Packet {
  readonly family: NftFamily;
  readonly source: string;
  readonly destination: string;
  readonly protocol: PacketProtocol;
  readonly destinationPort: number;
  /** Where it came in; '' for a packet made on this node. */
  readonly inInterface: string;
  readonly mark: number;
}

/** What the simulator has to know of the machine that the ruleset runs on. */
export interface SimulatedHost {
  /**
   * Addresses of this node, canonical, both families. The loopback (127.0.0.0/8, ::1) is always local
   * and need not be listed.
   */
  readonly addresses: ReadonlySet<string>;
  /**
   * net.ipv4.conf.all.route_localnet is 1: packets of 127.0.0.0/8 may leave and enter through other
   * interfaces than lo, which node ports on the loopback need (N10).
   */
  readonly routeLocalnet: boolean;
}

export const isLoopback = (address: string): boolean =>
  address.startsWith('127.') || address === '::1';

/** What the kernel's FIB calls type `local`. */
export const isLocal = (host: SimulatedHost, address: string): boolean =>
  host.addresses.has(address) || isLoopback(address);
