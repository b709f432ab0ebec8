import { parseAddress } from '../net/address.ts';
import type { NftFamily } from '../net/family.ts';
import type { PacketProtocol } from '../packet/packet.ts';

/** What `natc explain` is asked, as typed: where a packet comes from, and where it goes. */
export interface OpenQuestion {
  readonly source: string;
  /** Only repeated in the answer: no rule asks for it. */
  readonly sourcePort: number | undefined;
  /** Undefined where a Service was named instead. */
  readonly destination: string | undefined;
  /** Undefined where a Service was named instead; 0 for ICMP. */
  readonly destinationPort: number | undefined;
  readonly protocol: PacketProtocol | undefined;
}

const protocols: readonly PacketProtocol[] = ['tcp', 'udp', 'sctp', 'icmp'];

/**
 * Reads `FROM[:PORT]` and `TO:PORT[/PROTOCOL]`; IPv6 addresses with a port stand in brackets.
 *
 * @param to undefined where the destination is to be chosen from a Service.
 * @returns the question, or in words what is wrong with it.
 */
export function readQuestion(
  from: string,
  to: string | undefined,
): OpenQuestion | { problem: string } {
  const source = readEndpoint(from);
  if (source === undefined) {
    return {
      problem: `"${from}" is no source: expected an address, like 10.0.0.9 or [fd00::9]:4321`,
    };
  }
  const base = { source: source.address, sourcePort: source.port };
  if (to === undefined) {
    return { ...base, destination: undefined, destinationPort: undefined, protocol: undefined };
  }
  const [endpoint = '', protocolText, ...rest] = to.split('/');
  const protocol = protocols.find((known) => known === protocolText?.toLowerCase());
  if (rest.length > 0 || (protocolText !== undefined && protocol === undefined)) {
    return {
      problem: `"${to}" names no protocol: expected tcp, udp, sctp or icmp after the slash`,
    };
  }
  const destination = readEndpoint(endpoint);
  if (destination === undefined) {
    return { problem: `"${to}" is no destination: expected ADDRESS:PORT, like 10.96.0.10:80` };
  }
  if (nftFamilyOf(destination.address) !== nftFamilyOf(source.address)) {
    return {
      problem: `${source.address} and ${destination.address} are not of the same IP family`,
    };
  }
  return {
    ...base,
    destination: destination.address,
    destinationPort: protocol === 'icmp' ? 0 : destination.port,
    protocol,
  };
}

export const nftFamilyOf = (address: string): NftFamily => (address.includes(':') ? 'ip6' : 'ip');

/** `address:port`, with brackets around an IPv6 address. */
export const formatEndpoint = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

function readEndpoint(text: string): { address: string; port: number | undefined } | undefined {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const plain = /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  const [, addressText = text, portText] = bracketed ?? plain ?? [];
  const address = parseAddress(addressText);
  const port = portText === undefined ? undefined : Number(portText);
  if (address === undefined || (port !== undefined && (port < 1 || port > 65535))) return undefined;
  return { address: address.text, port };
}
