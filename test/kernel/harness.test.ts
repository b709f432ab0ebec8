import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type KernelNode, type SentPacket } from '../support/kernel-node.ts';
import type { PacketProtocol } from '../support/kernel-packets.ts';

const protocols: readonly PacketProtocol[] = ['TCP', 'UDP', 'SCTP', 'ICMP'];

const pairs: readonly (readonly [string, string, string])[] = [
  ['forwarded IPv4', '203.0.113.2', '8.8.8.8'],
  ['forwarded IPv6', '2600:5200::1', '2001:db8:7::1'],
  ['delivered IPv4', '203.0.113.2', '192.168.0.2'],
  ['delivered IPv6', '2600:5200::1', '2001:db8::1'],
  ['from the node IPv4', '192.168.0.2', '8.8.8.8'],
  ['from the node IPv6', '2001:db8::1', '2001:db8:7::1'],
  ['loopback IPv4', '127.0.0.1', '127.0.0.1'],
  ['loopback IPv6', '::1', '::1'],
];

const everyPacket: readonly SentPacket[] = pairs.flatMap(([, from, to]) =>
  protocols.map((protocol) => ({ from, to, port: 80, protocol })),
);

/** A ruleset that says `nat` in the NAT hooks and `filter` in the filter hooks of both families. */
const everywhere = (nat: string, filter: (icmp: 'icmp' | 'icmpv6') => string): string =>
  (
    [
      ['ip', 'icmp'],
      ['ip6', 'icmpv6'],
    ] as const
  )
    .map(
      ([family, icmp]) => `add table ${family} probe
delete table ${family} probe
table ${family} probe {
	chain prerouting { type nat hook prerouting priority -100; ${nat}; }
	chain output { type nat hook output priority -100; ${nat}; }
	chain forward { type filter hook forward priority 0; ${filter(icmp)}; }
	chain filter-output { type filter hook output priority 0; ${filter(icmp)}; }
	chain input { type filter hook input priority 0; ${filter(icmp)}; }
}
`,
    )
    .join('');

describeWithKernel('the kernel node judges', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({
      localIPs: ['192.168.0.2', '2001:db8::1'],
      interfaces: ['cbr0'],
    });
  });
  afterAll(() => node.dispose());

  const kinds = async (packets: readonly SentPacket[]) =>
    (await node.send(packets)).map((outcome) => outcome.kind);

  test('pass without rules, for every protocol, way and family', async () => {
    await node.load(everywhere('accept', () => 'accept'));
    expect(new Set(await kinds(everyPacket))).toEqual(new Set(['pass']));
  });

  test('drop', async () => {
    await node.load(everywhere('drop', () => 'drop'));
    expect(new Set(await kinds(everyPacket))).toEqual(new Set(['drop']));
  });

  test('reject, and tells other ICMP errors from port unreachable', async () => {
    await node.load(everywhere('accept', () => 'ct state new reject'));
    const usual = await node.send(everyPacket);
    expect(new Set(usual.map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set(['{"kind":"reject","answer":"port-unreachable"}']),
    );
    await node.load(
      everywhere('accept', (icmp) => `ct state new reject with ${icmp} type admin-prohibited`),
    );
    const [ip, ip6] = await node.send([
      { from: '203.0.113.2', to: '8.8.8.8', port: 80, protocol: 'TCP' },
      { from: '2600:5200::1', to: '2001:db8:7::1', port: 80, protocol: 'TCP' },
    ]);
    expect(ip).toEqual({ kind: 'reject', answer: { type: 3, code: 13 } });
    expect(ip6).toEqual({ kind: 'reject', answer: { type: 1, code: 1 } });
  });

  test('destination and source rewriting, and packet marks', async () => {
    await node.load(`
add table ip probe
delete table ip probe
table ip probe {
	chain prerouting {
		type nat hook prerouting priority -100;
		iifname cbr0 tcp dport 81 dnat to 10.1.0.9:8081
		tcp dport 80 dnat to 10.1.0.6:8080
		udp dport 80 meta mark set 0x5 dnat to 192.168.0.2:8080
	}
	chain output {
		type nat hook output priority -100;
		tcp dport 80 dnat to 10.1.0.6:8080
		tcp dport 81 dnat to 192.168.0.2:8081
	}
	chain postrouting {
		type nat hook postrouting priority 100;
		tcp dport 8080 masquerade fully-random
	}
}`);
    const from = '203.0.113.2';
    expect(
      await node.send([
        { from, to: '8.8.8.8', port: 80, protocol: 'TCP' },
        { from, to: '8.8.8.8', port: 80, protocol: 'UDP' },
        { from, to: '8.8.8.8', port: 81, protocol: 'TCP' },
        { from, to: '8.8.8.8', port: 81, protocol: 'TCP', iif: 'cbr0' },
        { from: '192.168.0.2', to: '8.8.8.8', port: 80, protocol: 'TCP' },
        { from: '127.0.0.1', to: '127.0.0.1', port: 80, protocol: 'TCP' },
        { from: '192.168.0.2', to: '8.8.8.8', port: 81, protocol: 'TCP' },
        { from: '192.168.0.2', to: '8.8.8.8', port: 82, protocol: 'TCP', mark: 0x1002 },
      ]),
    ).toEqual([
      { kind: 'dnat', to: '10.1.0.6:8080', masquerade: true, mark: 0 },
      { kind: 'dnat', to: '192.168.0.2:8080', masquerade: false, mark: 5 },
      { kind: 'pass', masquerade: false, mark: 0 },
      { kind: 'dnat', to: '10.1.0.9:8081', masquerade: false, mark: 0 },
      { kind: 'dnat', to: '10.1.0.6:8080', masquerade: true, mark: 0 },
      { kind: 'dnat', to: '10.1.0.6:8080', masquerade: true, mark: 0 },
      { kind: 'dnat', to: '192.168.0.2:8081', masquerade: false, mark: 0 },
      { kind: 'pass', masquerade: false, mark: 0x1002 },
    ]);
  });

  test('what nft refuses is an error that carries its words', async () => {
    await expect(node.load('table ip probe { nonsense }')).rejects.toThrow(/syntax error/);
  });
});
