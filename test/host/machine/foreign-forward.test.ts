/** Chains of others that drop what natc forwards: real packets, and what natc says of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  clusterOptions,
  describeCluster,
  expectAnswer,
  podPort,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { natcProgram } from '../../support/natc.ts';

const addresses = { ip: '10.96.0.10', ip6: 'fd00:10:96::10' } as const;
const nothing = { status: 0, stderr: '' };

const objects = (pod: 'a' | 'b') => [
  serviceObject('web', {
    ...{ type: 'ClusterIP', clusterIP: addresses.ip, ipFamilies: ['IPv4', 'IPv6'] },
    clusterIPs: Object.values(addresses),
    ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: podPort }],
  }),
  sliceObject('web', 'IPv4', [{ addresses: [pod === 'a' ? '10.1.0.5' : '10.1.0.6'] }]),
  sliceObject('web', 'IPv6', [{ addresses: [pod === 'a' ? 'fd00:10::5' : 'fd00:10::6'] }]),
];
const textOf = (pod: 'a' | 'b') =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects(pod) });

const nftDrop = (family: string) => `
  add table ${family} fw
  add chain ${family} fw forw { type filter hook forward priority 10; policy drop; }
  add chain ${family} fw user
  add rule ${family} fw forw ct state established,related accept
  add rule ${family} fw forw jump user
`;

describe.each([
  {
    backend: 'nftables',
    families: ['ip', 'ip6', 'inet'],
    tools: [
      ['iptables-nft', 'ip'],
      ['ip6tables-nft', 'ip6'],
      ['iptables-legacy', 'ip'],
      ['ip6tables-legacy', 'ip6'],
    ],
  },
  { backend: 'iptables', families: ['inet'], tools: [['iptables-nft', 'ip']] },
] as const)('through $backend', ({ backend, families: tableFamilies, tools }) => {
  describeCluster('a forward chain of somebody else', (cluster) => {
    let state: string;
    beforeAll(async () => {
      state = mkdtempSync(join(tmpdir(), 'natc-forward-'));
      expect(await apply('a')).toEqual(nothing);
    });
    afterAll(() => rmSync(state, { recursive: true }));
    afterEach(async () => {
      await cluster.node.run(['sh', '-c', tidy]);
      await apply('a');
    });

    const tidy = `
      for f in ip ip6 inet; do nft delete table $f fw; done
      for t in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
        $t -P FORWARD ACCEPT; $t -D FORWARD -j DOCKER-USER; $t -F DOCKER-USER; $t -X DOCKER-USER
        $t -D FORWARD -m conntrack --ctstate DNAT -j ACCEPT
      done
      conntrack -F`;

    const natc = (command: string, more: readonly string[], input = '') =>
      cluster.node.run(
        [
          process.execPath,
          natcProgram,
          command,
          '--state-dir',
          state,
          '--backend',
          backend,
          ...more,
        ],
        input,
      );
    const compileFlags = [
      ...['-f', '-', '--node-name', 'node-1', '--node-ip', clusterOptions.nodeIPs.join(',')],
      ...['--cluster-cidr', '10.1.0.0/16,fd00:10::/48', '--no-sysctl'],
    ];
    async function apply(pod: 'a' | 'b') {
      const { status, stderr } = await natc('apply', ['--quiet', ...compileFlags], textOf(pod));
      return { status, stderr };
    }
    const status = async () => {
      const run = await natc('status', ['-o', 'json']);
      const json = JSON.parse(run.stdout);
      return { exit: run.status, forward: json.forward, stderr: run.stderr };
    };
    const answersTo = async (family: 'ip' | 'ip6', expected: 'pod-a' | 'pod-b' | 'timeout') => {
      await cluster.node.run(['conntrack', '-F']);
      await expectAnswer(cluster.client, { to: addresses[family], port: 80 }, expected);
    };

    test.each(tableFamilies)('of nftables, family %s', async (family) => {
      await answersTo('ip', 'pod-a');
      await cluster.node.must(['nft', '-f', '-'], nftDrop(family));
      const families = (['ip', 'ip6'] as const).filter(
        (each) => family === each || family === 'inet',
      );
      for (const each of ['ip', 'ip6'] as const)
        await answersTo(each, families.includes(each) ? 'timeout' : 'pod-a');
      const told = await apply('a');
      expect(told.status).toBe(0);
      expect(told.stderr).toContain('NATC5087');
      expect(told.stderr).toContain(
        `table ${family} fw, chain forw (hook forward, priority filter + 10, policy drop)`,
      );
      // Heard once, also by an apply that changes something.
      expect(await apply('a')).toEqual(nothing);
      expect(await apply('b')).toEqual(nothing);
      const { exit, forward, stderr } = await status();
      expect(stderr).toContain('NATC5087');
      expect({ exit, forward }).toMatchObject({
        exit: 0,
        forward: {
          chains: [
            { family, table: 'fw', drops: families.map((f) => (f === 'ip' ? 'IPv4' : 'IPv6')) },
          ],
          notLookedAt: [],
        },
      });
      // What the hint says.
      const hint = /nft (insert rule .* accept)/.exec(told.stderr.replace(/\s+/g, ' '))?.[1] ?? '';
      await cluster.node.must(['nft', hint]);
      for (const each of families) await answersTo(each, 'pod-b');
      expect((await apply('b')).stderr).toMatch(/^no longer: NATC5087: table/);
      expect((await status()).forward).toEqual({ chains: [], notLookedAt: [] });
    });

    test('of nftables that accepts in a chain all packets go through', async () => {
      await cluster.node.must(['nft', '-f', '-'], nftDrop('inet'));
      await cluster.node.must(['nft', 'add rule inet fw user ct status dnat counter accept']);
      await answersTo('ip', 'pod-a');
      await answersTo('ip6', 'pod-a');
      expect(await apply('a')).toEqual(nothing);
    });

    test.each([...tools])('of %s', async (tool, family) => {
      await cluster.node.must([tool, '-P', 'FORWARD', 'DROP']);
      await answersTo(family, 'timeout');
      await answersTo(family === 'ip' ? 'ip6' : 'ip', 'pod-a');
      const told = await apply('a');
      expect(told.stderr).toContain('NATC5087');
      expect(told.stderr.replace(/\s+/g, ' ')).toContain(
        `${tool} -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT`,
      );
      expect((await status()).forward.chains).toMatchObject([
        { program: expect.stringMatching(tool.slice(tool.indexOf('-'))), family },
      ]);
      // nft prints this rule as if it accepted them.
      await cluster.node.must([
        tool,
        '-I',
        'FORWARD',
        '-m',
        'conntrack',
        '!',
        '--ctstate',
        'DNAT',
        '-j',
        'ACCEPT',
      ]);
      await answersTo(family, 'timeout');
      expect(await apply('a')).toEqual(nothing);
      await cluster.node.must([tool, '-D', 'FORWARD', '1']);
      // As Docker has it.
      await cluster.node.must([tool, '-N', 'DOCKER-USER']);
      await cluster.node.must([tool, '-I', 'FORWARD', '-j', 'DOCKER-USER']);
      expect((await status()).stderr.replace(/\s+/g, ' ')).toContain(`${tool} -I DOCKER-USER`);
      await cluster.node.must([
        tool,
        '-I',
        'DOCKER-USER',
        '-m',
        'conntrack',
        '--ctstate',
        'DNAT',
        '-j',
        'ACCEPT',
      ]);
      await answersTo(family, 'pod-a');
      expect((await apply('a')).stderr).toMatch(/^no longer: NATC5087/);
    });

    test('natc check looks at this machine unless told that it is not the node', async () => {
      const check = (...more: string[]) =>
        cluster.node.run(
          [
            process.execPath,
            natcProgram,
            'check',
            '--backend',
            backend,
            ...compileFlags.slice(0, -1),
            ...more,
          ],
          textOf('a'),
        );
      expect((await check()).stderr).not.toContain('NATC5087');
      await cluster.node.must(['nft', '-f', '-'], nftDrop('inet'));
      expect((await check()).stderr).toContain('NATC5087');
      expect((await check('--no-sysctl')).stderr).not.toContain('NATC5087');
      expect((await check('--no-kernel')).stderr).not.toContain('NATC5087');
    });
  });
});
