/**
 * A node made of one network namespace, for judging the first packets of connections by the hundred.
 *
 * The node has its addresses on `eth0`, a default route through `uplink`, and a virtual cable behind
 * each interface with nobody at the far end. Packets from elsewhere are injected into the cable of the
 * interface they come in through; packets of node processes leave through a raw socket on the node.
 * What the kernel did with a packet is read from connection tracking, which lists how both directions
 * of a connection are rewritten; from a table of the tests' own behind all other rules, which only
 * packets that were let through reach; and from the ICMP errors that the packets caused.
 *
 *     const node = await createKernelNode({ localIPs: ['192.168.0.2'] });
 *     await node.load(rulesetText);
 *     const [outcome] = await node.send([
 *       { from: '10.1.0.5', to: '10.96.0.10', port: 80, protocol: 'TCP' },
 *     ]);
 *     // { kind: 'dnat', to: '10.1.0.6:8080', masquerade: false, mark: 0 }
 *     await node.dispose();
 *
 * Packets are sent in the order given and each is a connection of its own; thousands a call are fine,
 * and a call costs about 20 ms. Affinity pins live on from call to call until the next `load` of a
 * ruleset that starts afresh. Making a node takes about 0.1 s.
 */
import { type CommandResult, startAgent } from './kernel-agent.ts';
import { readConntrack, type TrackedConnection } from './kernel-conntrack.ts';
import {
  canonical,
  familyOf,
  firstPacket,
  type PacketHeader,
  type PacketProtocol,
  readIcmpError,
} from './kernel-packets.ts';
import { networkSysctls } from './kernel-sysctls.ts';

export interface KernelNodeOptions {
  /** The node's addresses, both families; loopback is implied. */
  readonly localIPs: readonly string[];
  /** Names of interfaces that packets may come in through, besides `eth0`. */
  readonly interfaces?: readonly string[];
  /** net.ipv4.conf.all.route_localnet, which loopback node ports need (N10). Default: on. */
  readonly routeLocalnet?: boolean;
}

/** The first packet of a connection. */
export interface SentPacket {
  /** One of the node's own addresses, loopback included: a process on the node sends it. */
  readonly from: string;
  readonly to: string;
  /** 0 for ICMP, which is an echo request. */
  readonly port: number;
  readonly protocol: PacketProtocol;
  /**
   * The interface that the packet comes in through, default `eth0`; without meaning for processes on
   * the node.
   */
  readonly iif?: string;
  /** The packet mark (SO_MARK) that a process on the node sets. */
  readonly mark?: number;
  /** The packet comes from outside although its source address is the node's. */
  readonly spoofed?: boolean;
}

/** What became of a packet; `mark` is the packet mark behind the last rule. */
export type Outcome =
  | {
      readonly kind: 'dnat';
      /** `ip:port` or `[ip]:port`, canonical. */
      readonly to: string;
      readonly masquerade: boolean;
      readonly mark: number;
    }
  | {
      /** Forwarded, or delivered on the node, with its destination unchanged. */
      readonly kind: 'pass';
      readonly masquerade: boolean;
      readonly mark: number;
    }
  | {
      /** Answered by ICMP "destination unreachable". */
      readonly kind: 'reject';
      /** `port-unreachable` (P7), or the numbers of what came instead. */
      readonly answer: 'port-unreachable' | { readonly type: number; readonly code: number };
    }
  | { readonly kind: 'drop' };

export interface KernelNode {
  /** The process that the namespace is of. */
  readonly pid: number;
  /** Loads a ruleset by `nft -f`; rejects with nft's message. */
  load(ruleset: string): Promise<void>;
  /** Runs a command on the node, whatever its exit status. */
  run(argv: readonly string[], stdin?: string): Promise<CommandResult>;
  /** Sends packets in order; the outcomes stand in the same order. */
  send(packets: readonly SentPacket[]): Promise<readonly Outcome[]>;
  /** Ends the namespace. */
  dispose(): Promise<void>;
}

/** Addresses of `uplink` (RFC 2544, RFC 5180): what masquerading puts in place of a source. */
export const uplinkAddresses = { IPv4: '198.18.0.1', IPv6: '2001:2::1' } as const;

/** Toggled in the packet mark that the observer copies: a connection mark of 0 means "not arrived". */
const arrivedMark = 0x8000_0000;

/**
 * The tests' own table. It switches connection tracking on, and keeps the node's RST for a closed port
 * from erasing the connection it answers. Behind all other rules it notes in the connection mark that
 * a first packet has arrived there, and with which packet mark: connection tracking alone lists what
 * goes through lo before the input hook has had its say.
 */
const observer = `
table inet observer {
	chain prerouting {
		type filter hook prerouting priority -300; policy accept;
		tcp flags rst notrack
	}
	chain output {
		type filter hook output priority -300; policy accept;
		tcp flags rst notrack
	}
	chain input {
		type filter hook input priority 350; policy accept;
		ct state new ct mark set meta mark xor ${arrivedMark}
	}
	chain postrouting {
		type filter hook postrouting priority 350; policy accept;
		oifname != "lo" ct state new ct mark set meta mark xor ${arrivedMark}
	}
}
`;

/** Source ports count up within a call: they tell the packets apart. */
const firstSourcePort = 20_000;
const mostPackets = 65_535 - firstSourcePort;

export async function createKernelNode(options: KernelNodeOptions): Promise<KernelNode> {
  const interfaces = [...new Set(['uplink', 'eth0', ...(options.interfaces ?? [])])];
  const cables = new Map(interfaces.map((name, index) => [name, cable(index)]));
  const local = new Set(options.localIPs.map(canonical));
  const agent = await startAgent();
  try {
    const localnet = options.routeLocalnet === false ? '0' : '1';
    await agent.request('sysctl', {
      values: { ...networkSysctls, 'net/ipv4/conf/all/route_localnet': localnet },
    });
    await agent.must(['ip', '-batch', '-'], networkSetup(cables, local));
    await agent.must(['nft', '-f', '-'], observer);
    await agent.request('startWire', { peers: [...cables.values()].map(({ peer }) => peer) });
  } catch (error) {
    await agent.dispose();
    throw error;
  }

  const isLocal = (address: string) =>
    local.has(address) || address === '::1' || address.startsWith('127.');

  const listConnections = async (families: ReadonlySet<string>) => {
    const listings = [...families].map((family) =>
      agent.must(['conntrack', '-L', '-f', family.toLowerCase()]),
    );
    return (await Promise.all(listings)).flatMap(readConntrack);
  };

  const sendBatch = async (packets: readonly SentPacket[]): Promise<readonly Outcome[]> => {
    const headers = packets.map(
      (packet, index): PacketHeader => ({
        protocol: packet.protocol,
        from: canonical(packet.from),
        sourcePort: firstSourcePort + index,
        to: canonical(packet.to),
        port: packet.protocol === 'ICMP' ? firstSourcePort + index : packet.port,
      }),
    );
    const families = new Set(headers.map((header) => familyOf(header.to)));
    for (const family of families) await agent.run(['conntrack', '-F', '-f', family.toLowerCase()]);
    const requests = headers.map((header, index) => {
      const { iif, mark, spoofed } = packets[index]!;
      const data = firstPacket(header).toString('hex');
      if (spoofed !== true && isLocal(header.from)) return [null, '', mark ?? 0, data];
      const { peer, mac } = cables.get(iif ?? 'eth0')!;
      return [peer, mac.replaceAll(':', ''), 0, data];
    });
    const errors = await agent.request<string[]>('send', {
      peer: cables.get('uplink')!.peer,
      packets: requests,
    });
    return outcomesOf(headers, await listConnections(families), errors);
  };

  return {
    pid: agent.pid,
    load: async (ruleset) => {
      await agent.must(['nft', '-f', '-'], ruleset);
    },
    run: agent.run,
    dispose: agent.dispose,
    async send(packets) {
      const outcomes: Outcome[] = [];
      for (let start = 0; start < packets.length; start += mostPackets) {
        outcomes.push(...(await sendBatch(packets.slice(start, start + mostPackets))));
      }
      return outcomes;
    },
  };
}

interface Cable {
  /** Name of the cable's far end, where packets are injected. */
  readonly peer: string;
  /** Hardware address of the node's end. */
  readonly mac: string;
}

const cable = (index: number): Cable => ({
  peer: `cable-end-${index}`,
  mac: `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`,
});

/**
 * Lines for `ip -batch`. Interfaces resolve no neighbours: the frames that leave the node carry its own
 * hardware address, so the far ends, which are in the same namespace, take none of them for theirs.
 */
function networkSetup(cables: ReadonlyMap<string, Cable>, local: ReadonlySet<string>): string {
  const lines = ['link set lo up'];
  for (const [name, { peer, mac }] of cables) {
    lines.push(
      `link add ${name} address ${mac} type veth peer name ${peer}`,
      `link set ${peer} addrgenmode none`,
      `link set ${peer} up`,
      `link set ${name} addrgenmode none`,
      `link set ${name} arp off up`,
    );
  }
  for (const address of Object.values(uplinkAddresses)) lines.push(addressLine(address, 'uplink'));
  for (const address of local) lines.push(addressLine(address, 'eth0'));
  return [...lines, 'route add 0.0.0.0/0 dev uplink', 'route add ::/0 dev uplink', ''].join('\n');
}

const addressLine = (address: string, device: string): string =>
  familyOf(address) === 'IPv4'
    ? `addr add ${address}/32 dev ${device}`
    : `addr add ${address}/128 dev ${device} nodad`;

function outcomesOf(
  headers: readonly PacketHeader[],
  connections: readonly TrackedConnection[],
  errors: readonly string[],
): readonly Outcome[] {
  const key = (packet: { protocol: PacketProtocol; from: string; sourcePort: number }) =>
    `${packet.protocol} ${packet.from} ${packet.sourcePort}`;
  const tracked = new Map(
    connections.map((connection) => {
      const { source, sourcePort } = connection.original;
      return [key({ protocol: connection.protocol, from: source, sourcePort }), connection];
    }),
  );
  const rejected = new Map<string, { type: number; code: number }>();
  for (const data of errors) {
    const error = readIcmpError(Buffer.from(data, 'hex'));
    if (error !== undefined) rejected.set(key(error.about), error);
  }
  return headers.map((header): Outcome => {
    const connection = tracked.get(key(header));
    if (connection !== undefined && connection.mark !== 0) return outcomeOf(header, connection);
    const error = rejected.get(key(header));
    if (error === undefined) return { kind: 'drop' };
    const { type, code } = error;
    const portUnreachable = familyOf(header.to) === 'IPv4' ? '3 3' : '1 4';
    const isUsual = `${type} ${code}` === portUnreachable;
    return { kind: 'reject', answer: isUsual ? 'port-unreachable' : { type, code } };
  });
}

function outcomeOf(header: PacketHeader, connection: TrackedConnection): Outcome {
  const { original, reply } = connection;
  if (original.destination !== header.to || original.destinationPort !== header.port) {
    throw new Error(`two connections with source port ${header.sourcePort}`);
  }
  const masquerade =
    reply.destination !== original.source || reply.destinationPort !== original.sourcePort;
  const mark = (connection.mark ^ arrivedMark) >>> 0;
  const isUnchanged =
    reply.source === original.destination && reply.sourcePort === original.destinationPort;
  if (isUnchanged) return { kind: 'pass', masquerade, mark };
  return { kind: 'dnat', to: formatEndpoint(reply.source, reply.sourcePort), masquerade, mark };
}

/** `ip:port`, with brackets around an IPv6 address, in canonical text. */
export const formatEndpoint = (address: string, port: number): string =>
  familyOf(address) === 'IPv4'
    ? `${canonical(address)}:${port}`
    : `[${canonical(address)}]:${port}`;
