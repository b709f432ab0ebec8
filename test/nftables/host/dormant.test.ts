/** Tables that somebody put to sleep: `flags dormant` leaves all rules in place and none in force. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dormantTables, wakeTables } from '../../../src/host/machine/dormant.ts';
import type { Host, RunResult } from '../../../src/host/machine/host.ts';
import { ownTables } from '../../../src/nftables/host/dormant.ts';
import {
  clusterOptions,
  describeCluster,
  expectAnswer,
  podPort,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { crash } from '../../support/live-host.ts';
import { natcProgram } from '../../support/natc.ts';

const addresses = { ip: '10.96.0.10', ip6: 'fd00:10:96::10' } as const;
const families = ['ip', 'ip6'] as const;
const nothing = { status: 0, stderr: '' };

const textOf = (pod: 'a' | 'b') =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'List' },
    items: [
      serviceObject('web', {
        ...{ type: 'ClusterIP', clusterIP: addresses.ip, ipFamilies: ['IPv4', 'IPv6'] },
        clusterIPs: Object.values(addresses),
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: podPort }],
      }),
      sliceObject('web', 'IPv4', [{ addresses: [pod === 'a' ? '10.1.0.5' : '10.1.0.6'] }]),
      sliceObject('web', 'IPv6', [{ addresses: [pod === 'a' ? 'fd00:10::5' : 'fd00:10::6'] }]),
    ],
  });

describe.each([
  { backend: 'nftables', tables: ['ip natc', 'ip6 natc'] },
  { backend: 'iptables', tables: ['ip nat', 'ip6 nat'] },
])('through $backend a table that sleeps', ({ backend, tables }) => {
  describeCluster('', (cluster) => {
    let state: string;
    beforeAll(async () => {
      state = mkdtempSync(join(tmpdir(), 'natc-dormant-'));
      expect(await apply('a')).toEqual(nothing);
    });
    afterAll(() => rmSync(state, { recursive: true }));

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
    async function apply(pod: 'a' | 'b', ...more: readonly string[]) {
      const flags = [
        ...['-f', '-', '--node-name', 'node-1', '--node-ip', clusterOptions.nodeIPs.join(',')],
        ...['--cluster-cidr', '10.1.0.0/16,fd00:10::/48', '--no-sysctl', '--quiet', ...more],
      ];
      const { status, stderr } = await natc('apply', flags, textOf(pod));
      return { status, stderr };
    }
    const sleep = (table: string) =>
      cluster.node.must(['nft', `add table ${table} { flags dormant; }`]);
    const isServed = async (expected: 'pod-a' | 'pod-b') => {
      await cluster.node.run(['conntrack', '-F']);
      for (const family of families)
        await expectAnswer(cluster.client, { to: addresses[family], port: 80 }, expected);
    };
    const isSilent = async (family: 'ip' | 'ip6') => {
      await cluster.node.run(['conntrack', '-F']);
      const answer = await cluster.client.ask({ to: addresses[family], port: 80, timeout: 0.3 });
      expect(answer.error).toBeDefined();
    };
    const told = (...names: readonly string[]) => ({
      status: 0,
      stderr: expect.stringMatching(
        new RegExp(
          `NATC5086.*${names.map((name) => `table ${name}`).join(' and ')} w(as|ere) asleep`,
        ),
      ),
    });

    test.each([[tables.slice(0, 1)], [tables.slice(1)], [tables]])(
      'is woken: %s',
      async (names) => {
        await isServed('pod-a');
        for (const name of names) await sleep(name);
        await isSilent(names[0]?.startsWith('ip6') === true ? 'ip6' : 'ip');
        const status = await natc('status', []);
        expect(status.status).toBe(1);
        expect(status.stderr).toContain('NATC5086');
        for (const name of names) expect(status.stdout).toContain(`add table ${name}\n`);
        expect(await apply('a')).toEqual(told(...names));
        await isServed('pod-a');
        expect(await apply('a')).toEqual(nothing);
        expect((await natc('status', [])).status).toBe(0);
      },
    );

    test('is woken by an apply that changes something, that verifies, and by going back', async () => {
      const [first = ''] = tables;
      await sleep(first);
      expect(await apply('b')).toEqual(told(first));
      await isServed('pod-b');
      await sleep(first);
      expect(await apply('b', '--verify')).toEqual(told(first));
      await isServed('pod-b');
      await sleep(first);
      expect((await natc('rollback', [])).stderr).toContain('NATC5086');
      await isServed('pod-a');
    });

    test('is looked for without a word to the kernel that changes anything', async () => {
      await apply('a');
      const monitor =
        'nft monitor >"$0" & sleep 0.3; "$@" >/dev/null; sleep 0.3; kill $!; cat "$0"';
      const file = join(state, 'monitor');
      const run = [
        process.execPath,
        natcProgram,
        'apply',
        '--state-dir',
        state,
        '--backend',
        backend,
      ];
      const flags = [
        ...['-f', '-', '--node-name', 'node-1', '--node-ip', clusterOptions.nodeIPs.join(',')],
        ...['--cluster-cidr', '10.1.0.0/16,fd00:10::/48', '--no-sysctl', '--quiet'],
      ];
      const seen = await cluster.node.must(
        ['sh', '-c', monitor, file, ...run, ...flags],
        textOf('a'),
      );
      expect(seen).toBe('');
    });

    if (backend === 'nftables')
      test('is said to sleep by explain and a dry run', async () => {
        await sleep('ip natc');
        const explained = await cluster.node.run([
          process.execPath,
          natcProgram,
          'explain',
          '10.1.0.6',
          '10.96.0.10:80',
          '--live',
        ]);
        expect(explained.status).toBe(2);
        expect(explained.stderr).toContain('error[NATC5086]');
        const flags = ['-f', '-', '--node-name', 'node-1', '--no-sysctl', '--dry-run=kernel'];
        const dry = await natc('apply', flags, textOf('a'));
        expect(dry.stdout).toMatch(/^add table ip natc\n/);
        await isSilent('ip');
        await apply('a');
      });
  });
});

describe('asking whether a table sleeps', () => {
  const invalid: RunResult = {
    ...{ kind: 'exited', exitCode: 1, stdout: '' },
    stderr: '/dev/stdin:2:1-33: Error: Could not process rule: Invalid argument\n',
  };
  const listed = (stdout: string): RunResult => ({
    kind: 'exited',
    exitCode: 0,
    stdout,
    stderr: '',
  });
  const asked: string[] = [];
  const hostThat = (answers: Readonly<Record<string, RunResult>>): Host => ({
    isRoot: true,
    run: async (command, args) => {
      const line = [command, ...args].join(' ');
      asked.push(line);
      return answers[line] ?? listed('');
    },
    readFile: async () => undefined,
    writeFile: async () => {},
  });
  const tables = ownTables(['ip', 'ip6']);
  const asleep = listed('table ip natc {\n\tflags dormant\n}\n');
  const awake = listed('table ip6 natc {\n\tcomment "flags dormant"\n}\n');

  test('lists tables only where the kernel says so, and believes the listing', async () => {
    asked.length = 0;
    expect(await dormantTables(hostThat({}), tables)).toEqual([]);
    expect(asked).toEqual(['nft -c -f -']);
    const answers = {
      'nft -c -f -': invalid,
      'nft -t list table ip natc': asleep,
      'nft -t list table ip6 natc': awake,
    };
    expect(await dormantTables(hostThat(answers), tables)).toEqual(ownTables(['ip']));
  });

  test('goes on where nft crashes on the question, and wakes where it crashes on the listing', async () => {
    expect(await dormantTables(hostThat({ 'nft -c -f -': crash }), tables)).toEqual([]);
    const crashing = { 'nft -c -f -': invalid, 'nft -t list table ip natc': crash };
    expect(await dormantTables(hostThat(crashing), ownTables(['ip']))).toEqual(ownTables(['ip']));
  });

  test('does not say that it woke what still sleeps', async () => {
    const still = { 'nft -c -f -': invalid, 'nft -t list table ip natc': asleep };
    const { kind, diagnostics } = await wakeTables(hostThat(still), ownTables(['ip']));
    expect({ kind, message: diagnostics[0]?.message }).toEqual({
      kind: 'refused',
      message: 'table ip natc is asleep (flags dormant), and cannot be woken',
    });
  });
});
