/** Reads the listing of `conntrack -L`: how the kernel has decided to rewrite each connection. */
import { canonical, type PacketProtocol } from './kernel-packets.ts';

/** Both directions of one connection as the kernel tracks it. */
export interface TrackedConnection {
  readonly protocol: PacketProtocol;
  readonly original: Direction;
  readonly reply: Direction;
  readonly mark: number;
}

/** Ports of ICMP are the echo identifier. */
export interface Direction {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

const protocols: Record<string, PacketProtocol> = {
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
  icmp: 'ICMP',
  icmpv6: 'ICMP',
};

export function readConntrack(listing: string): readonly TrackedConnection[] {
  return listing.split('\n').flatMap((line) => {
    const protocol = protocols[line.slice(0, line.indexOf(' '))];
    if (protocol === undefined) return [];
    const [original, reply] = [directionIn(line, 0), directionIn(line, 1)];
    return [{ protocol, original, reply, mark: Number(/ mark=(\d+)/.exec(line)?.[1] ?? 0) }];
  });
}

function directionIn(line: string, index: 0 | 1): Direction {
  const field = (name: string) => [...line.matchAll(RegExp(` ${name}=(\\S+)`, 'g'))][index]?.[1];
  const identifier = Number(field('id') ?? 0);
  return {
    source: canonical(field('src') ?? ''),
    sourcePort: Number(field('sport') ?? identifier),
    destination: canonical(field('dst') ?? ''),
    destinationPort: Number(field('dport') ?? identifier),
  };
}
