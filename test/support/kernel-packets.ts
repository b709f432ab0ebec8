/**
 * First packets of connections, byte by byte: TCP SYN, UDP datagram, SCTP INIT, ICMP echo request, and
 * the reading of ICMP errors about them.
 */
import { addressToBigInt, parseAddress } from '../../src/net/address.ts';
import type { IpFamily, Protocol } from '../../src/net/family.ts';

/** `ICMP` stands for ICMPv6 in an IPv6 packet; its source port is the echo identifier. */
export type PacketProtocol = Protocol | 'ICMP';

export interface PacketHeader {
  readonly protocol: PacketProtocol;
  readonly from: string;
  readonly sourcePort: number;
  readonly to: string;
  readonly port: number;
}

export function familyOf(address: string): IpFamily {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`no IP address: ${address}`);
  return parsed.family;
}

/** The address in canonical text, whatever its spelling. */
export function canonical(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new Error(`no IP address: ${address}`);
  return parsed.text;
}

const protocolNumbers: Record<IpFamily, Record<PacketProtocol, number>> = {
  IPv4: { TCP: 6, UDP: 17, SCTP: 132, ICMP: 1 },
  IPv6: { TCP: 6, UDP: 17, SCTP: 132, ICMP: 58 },
};

/** The packet from the IP header on, checksums filled in. */
export function firstPacket(header: PacketHeader): Buffer {
  const family = familyOf(header.to);
  if (familyOf(header.from) !== family) {
    throw new Error(`${header.from} and ${header.to} are of different families`);
  }
  const protocol = protocolNumbers[family][header.protocol];
  const addresses = Buffer.concat([addressBytes(header.from), addressBytes(header.to)]);
  const segment = segments[header.protocol](header, family);
  if (header.protocol !== 'SCTP') {
    const offset = { TCP: 16, UDP: 6, ICMP: 2 }[header.protocol];
    const pseudo = Buffer.concat([addresses, Buffer.from([0, protocol, 0, segment.length])]);
    const covered = header.protocol === 'ICMP' && family === 'IPv4' ? [] : [pseudo];
    segment.writeUInt16BE(internetChecksum(Buffer.concat([...covered, segment])), offset);
  }
  return Buffer.concat([ipHeader(family, protocol, addresses, segment.length), segment]);
}

function ipHeader(family: IpFamily, protocol: number, addresses: Buffer, length: number): Buffer {
  if (family === 'IPv6') {
    const fixed = Buffer.from([0x60, 0, 0, 0, 0, length, protocol, 64]);
    return Buffer.concat([fixed, addresses]);
  }
  const fixed = Buffer.from([0x45, 0, 0, 20 + length, 0, 0, 0, 0, 64, protocol, 0, 0]);
  const header = Buffer.concat([fixed, addresses]);
  header.writeUInt16BE(internetChecksum(header), 10);
  return header;
}

const segments: Record<PacketProtocol, (header: PacketHeader, family: IpFamily) => Buffer> = {
  TCP({ sourcePort, port }) {
    const segment = Buffer.alloc(20);
    segment.writeUInt16BE(sourcePort, 0);
    segment.writeUInt16BE(port, 2);
    segment.writeUInt32BE(1, 4);
    segment[12] = 5 << 4;
    segment[13] = 0x02;
    segment.writeUInt16BE(65535, 14);
    return segment;
  },
  UDP({ sourcePort, port }) {
    const segment = Buffer.alloc(8);
    segment.writeUInt16BE(sourcePort, 0);
    segment.writeUInt16BE(port, 2);
    segment.writeUInt16BE(8, 4);
    return segment;
  },
  SCTP({ sourcePort, port }) {
    const segment = Buffer.alloc(32);
    segment.writeUInt16BE(sourcePort, 0);
    segment.writeUInt16BE(port, 2);
    segment[12] = 1;
    segment.writeUInt16BE(20, 14);
    segment.writeUInt32BE(sourcePort, 16);
    segment.writeUInt32BE(65536, 20);
    segment.writeUInt16BE(1, 24);
    segment.writeUInt16BE(1, 26);
    segment.writeUInt32BE(1, 28);
    segment.writeUInt32LE(crc32c(segment), 8);
    return segment;
  },
  ICMP({ sourcePort }, family) {
    const segment = Buffer.alloc(8);
    segment[0] = family === 'IPv4' ? 8 : 128;
    segment.writeUInt16BE(sourcePort, 4);
    segment.writeUInt16BE(1, 6);
    return segment;
  },
};

/** An ICMP error, and which packet it complains about. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly about: { readonly protocol: PacketProtocol; from: string; sourcePort: number };
}

/**
 * Reads an ICMP or ICMPv6 "destination unreachable", the only error a service proxy sends.
 *
 * @returns undefined for any other packet
 */
export function readIcmpError(packet: Buffer): IcmpError | undefined {
  const family = packet[0]! >> 4 === 4 ? 'IPv4' : 'IPv6';
  const icmp = packet.subarray(family === 'IPv4' ? (packet[0]! & 15) * 4 : 40);
  if (icmp[0] !== (family === 'IPv4' ? 3 : 1)) return undefined;
  const inner = icmp.subarray(8);
  const [number, source, segment] =
    family === 'IPv4'
      ? [inner[9], inner.subarray(12, 16), inner.subarray((inner[0]! & 15) * 4)]
      : [inner[6], inner.subarray(8, 24), inner.subarray(40)];
  const protocol = (Object.keys(protocolNumbers[family]) as PacketProtocol[]).find(
    (name) => protocolNumbers[family][name] === number,
  );
  if (protocol === undefined) return undefined;
  const sourcePort = segment.readUInt16BE(protocol === 'ICMP' ? 4 : 0);
  const about = { protocol, from: addressText(source), sourcePort };
  return { type: icmp[0], code: icmp[1]!, about };
}

function addressBytes(text: string): Buffer {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no IP address: ${text}`);
  const digits = addressToBigInt(address).toString(16);
  return Buffer.from(digits.padStart(address.family === 'IPv4' ? 8 : 32, '0'), 'hex');
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return canonical(groups.join(':'));
}

/** RFC 1071. */
function internetChecksum(data: Buffer): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 2) sum += (data[i]! << 8) | (data[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff ? 0xffff : ~sum & 0xffff;
}

/** The checksum of SCTP (RFC 9260, appendix A). */
function crc32c(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
