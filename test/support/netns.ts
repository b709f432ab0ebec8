/**
 * A small cluster of network namespaces with real sockets at every end:
 *
 *     client ── eth0 ┌──────┐ pod-a ── pod-a
 *                    │ node │ pod-b ── pod-b
 *                    └──────┘ uplink ── far (another node, with pod-c on it)
 *
 * The ruleset under test is loaded on `node`, which routes between all of them. The others use it as
 * their default route, so that any address can be a Service's. Servers answer with their host's name
 * and the address they were called from. A cluster takes about 0.3 s to make and vanishes with its
 * processes.
 */
import type { IpFamily, Protocol } from '../../src/net/family.ts';
import { type CommandResult, type KernelAgent, startAgent } from './kernel-agent.ts';
import { networkSysctls } from './kernel-sysctls.ts';

/** Who answered a connection, or how it failed. */
export type Answer =
  | {
      readonly answeredBy: HostName;
      /** The client's address as the server saw it. */
      readonly sourceSeen: string;
      readonly seconds: number;
      readonly error?: undefined;
    }
  | {
      /** `ECONNREFUSED`, `timeout`, ... */
      readonly error: string;
      readonly seconds: number;
      readonly answeredBy?: undefined;
    };

export interface Question {
  readonly to: string;
  readonly port: number;
  /** Default: TCP. */
  readonly protocol?: Protocol;
  /** The source address to bind. */
  readonly from?: string;
  /** SO_MARK of the socket. */
  readonly mark?: number;
  /** Seconds, default 5: on a busy machine an answer may take its time. */
  readonly timeout?: number;
}

export type HostName = 'client' | 'node' | 'pod-a' | 'pod-b' | 'pod-c';

export interface Host {
  readonly name: HostName;
  readonly address: Readonly<Record<IpFamily, string>>;
  /** The node's address on the cable to this host, which is what masquerading makes of a source. */
  readonly nodeSide: Readonly<Record<IpFamily, string>>;
  /** Answers on a port, by default at the host's first address of each family. */
  listen(protocol: Protocol, port: number, at?: readonly string[]): Promise<void>;
  ask(question: Question): Promise<Answer>;
  /** The same question `count` times, one connection after the other. */
  askMany(question: Question, count: number): Promise<readonly Answer[]>;
  /** Opens a TCP connection that stays open. */
  open(to: string, port: number, from?: string): Promise<OpenConnection>;
  run(argv: readonly string[], stdin?: string): Promise<CommandResult>;
  must(argv: readonly string[], stdin?: string): Promise<string>;
}

export interface OpenConnection {
  readonly answeredBy: HostName;
  /** Sends a text and waits until all of it has come back; rejects when the connection is broken. */
  echo(text: string): Promise<void>;
}

export interface TestCluster {
  readonly client: Host;
  readonly node: Host;
  readonly podA: Host;
  readonly podB: Host;
  readonly podC: Host;
  /** `nft -f` on the node; rejects with nft's message. */
  load(ruleset: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Addresses beside the hosts' first ones. */
export const extraAddresses = {
  client: ['198.51.100.9', '203.0.113.130', '2001:db8:51::9'],
  node: ['192.168.5.2', '2001:db8:5::2'],
  far: ['192.168.1.3', '192.0.2.99', '2001:db8:f::3', '2001:db8:99::99'],
} as const;

/** The first address of each host. */
export const hostAddresses: Readonly<Record<HostName, Readonly<Record<IpFamily, string>>>> = {
  client: { IPv4: '192.168.0.9', IPv6: '2001:db8:c::9' },
  node: { IPv4: '192.168.0.2', IPv6: '2001:db8:c::2' },
  'pod-a': { IPv4: '10.1.0.5', IPv6: 'fd00:10::5' },
  'pod-b': { IPv4: '10.1.0.6', IPv6: 'fd00:10::6' },
  'pod-c': { IPv4: '10.1.1.7', IPv6: 'fd00:10:0:1::7' },
};

const noForwarding = { 'net/ipv4/ip_forward': '0', 'net/ipv6/conf/all/forwarding': '0' };

/** Every cable runs from the node to one host, whose end is called eth0. */
const cables: readonly { readonly end: string; readonly host: HostName }[] = [
  { end: 'eth0', host: 'client' },
  { end: 'pod-a', host: 'pod-a' },
  { end: 'pod-b', host: 'pod-b' },
  { end: 'uplink', host: 'pod-c' },
];

/** A port that nothing under test uses: the hosts find their way to the node over it. */
const readinessPort = 9;

export async function createTestCluster(): Promise<TestCluster> {
  const nodeAgent = await startAgent();
  const agents: KernelAgent[] = [nodeAgent];
  const dispose = async () => {
    await Promise.all(agents.map((agent) => agent.dispose()));
  };
  try {
    const others = await Promise.all(cables.map(() => startAgent(nodeAgent)));
    agents.push(...others);
    const hosts = [
      hostOn(nodeAgent, 'node'),
      ...cables.map(({ host }, i) => hostOn(others[i]!, host)),
    ];
    await Promise.all(agents.map((agent) => agent.request('sysctl', { values: networkSysctls })));
    await Promise.all(others.map((agent) => agent.request('sysctl', { values: noForwarding })));
    await nodeAgent.must(['ip', '-batch', '-'], nodeSetup(others));
    await Promise.all(
      cables.map(({ host }, i) => others[i]!.must(['ip', '-batch', '-'], hostSetup(host))),
    );
    const [node, client, podA, podB, podC] = hosts as [Host, Host, Host, Host, Host];
    await node.listen('UDP', readinessPort);
    await Promise.all([client, podA, podB, podC].map((host) => waitForNode(host)));
    return {
      ...{ client, node, podA, podB, podC },
      load: async (ruleset) => {
        await nodeAgent.must(['nft', '-f', '-'], ruleset);
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function hostOn(agent: KernelAgent, name: HostName): Host {
  const address = hostAddresses[name];
  const askMany = ({ to, port, ...rest }: Question, count: number) =>
    agent.request<Answer[]>('ask', {
      protocol: rest.protocol ?? 'TCP',
      address: to,
      port,
      source: rest.from ?? '',
      mark: rest.mark ?? 0,
      timeout: rest.timeout ?? 5,
      count,
    });
  return {
    name,
    address,
    nodeSide: nodeEnds[name],
    async listen(protocol, port, at = Object.values(address)) {
      for (const own of at) {
        await agent.request('listen', { protocol, address: own, port, name });
      }
    },
    ask: async (question) => (await askMany(question, 1))[0]!,
    askMany,
    async open(to, port, from = '') {
      const { connection, greeting } = await agent.request<{
        connection: number;
        greeting: string;
      }>('open', { address: to, port, source: from, timeout: 5 });
      return {
        answeredBy: greeting.split(' ')[0] as HostName,
        async echo(text) {
          const back = await agent.request<string>('talk', { connection, text });
          if (back !== text) throw new Error(`sent ${text}, got ${back} back`);
        },
      };
    },
    run: agent.run,
    must: agent.must,
  };
}

function nodeSetup(others: readonly KernelAgent[]): string {
  const lines = ['link set lo up'];
  for (const [index, { end, host }] of cables.entries()) {
    const mine = nodeEnds[host];
    lines.push(`link add ${end} type veth peer name eth0 netns ${others[index]!.pid}`);
    for (const own of Object.values(mine)) lines.push(addAddress(own, end));
    if (end === 'eth0') for (const own of extraAddresses.node) lines.push(addAddress(own, end));
    lines.push(`link set ${end} up`);
    for (const to of addressesOf(host)) {
      lines.push(`route add ${to} dev ${end} src ${ofFamilyOf(to, mine)}`);
    }
  }
  for (const via of addressesOf('pod-c').filter((own) => /^192.168|:f:/.test(own))) {
    lines.push(defaultRoute(via, ofFamilyOf(via, hostAddresses.node)));
  }
  return `${lines.join('\n')}\n`;
}

function hostSetup(host: HostName): string {
  const lines = ['link set lo up', 'link set eth0 up'];
  for (const own of addressesOf(host)) lines.push(addAddress(own, 'eth0'));
  for (const via of Object.values(nodeEnds[host])) {
    lines.push(
      `route add ${via} dev eth0`,
      defaultRoute(via, ofFamilyOf(via, hostAddresses[host])),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The node's address on each cable. */
const nodeEnds: Readonly<Record<HostName, Readonly<Record<IpFamily, string>>>> = {
  client: hostAddresses.node,
  node: hostAddresses.node,
  'pod-a': { IPv4: '10.1.0.1', IPv6: 'fd00:10::1' },
  'pod-b': { IPv4: '10.1.0.1', IPv6: 'fd00:10::1' },
  'pod-c': { IPv4: '192.168.1.2', IPv6: '2001:db8:f::2' },
};

const addressesOf = (host: HostName): readonly string[] => [
  ...Object.values(hostAddresses[host]),
  ...(host === 'client' ? extraAddresses.client : host === 'pod-c' ? extraAddresses.far : []),
];

const addAddress = (address: string, device: string): string =>
  address.includes(':')
    ? `addr add ${address}/128 dev ${device} nodad`
    : `addr add ${address}/32 dev ${device}`;

const defaultRoute = (via: string, source: string): string =>
  `route add ${via.includes(':') ? '::/0' : '0.0.0.0/0'} via ${via} src ${source}`;

const ofFamilyOf = (address: string, from: Readonly<Record<IpFamily, string>>): string =>
  address.includes(':') ? from.IPv6 : from.IPv4;

/** The kernel switches cables on, and finds neighbours, some time after it was told to. */
async function waitForNode(host: Host): Promise<void> {
  for (const to of Object.values(hostAddresses.node)) {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const answer = await host.ask({ protocol: 'UDP', to, port: readinessPort, timeout: 0.05 });
      if (answer.error === undefined) break;
      if (Date.now() > deadline)
        throw new Error(`${host.name} does not reach ${to}: ${answer.error}`);
    }
  }
}
