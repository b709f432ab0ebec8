/** `apply` by iptables in the kernel: the same again, one change, and what others do to the tables. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { iptablesDelta } from '../../src/iptables/delta.ts';
import { desiredTablesFrom } from '../../src/iptables/host/apply.ts';
import { isListed, listRules } from '../../src/iptables/host/kernel-tables.ts';
import { planWorld } from '../support/compile-world.ts';
import { describeWithIptables } from '../support/iptables-node.ts';
import { serviceObject, sliceObject } from '../support/kernel-cluster.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { type LiveIptables, liveIptables } from '../support/live-iptables.ts';
import { neighbours } from '../support/worlds-mutations.ts';
import { sampled } from '../support/worlds-property.ts';

const web = (name: string, last: number, pods: readonly string[]) => [
  serviceObject(name, {
    clusterIP: `10.96.0.${last}`,
    clusterIPs: [`10.96.0.${last}`],
    ipFamilies: ['IPv4'],
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
  }),
  sliceObject(
    name,
    'IPv4',
    pods.map((pod) => ({ addresses: [pod] })),
    [{ name: 'http', protocol: 'TCP', port: 8080 }],
  ),
];
const two = [...web('api', 10, ['10.1.0.5', '10.1.0.6']), ...web('web', 11, ['10.1.0.7'])];
const more = [...web('api', 10, ['10.1.0.5', '10.1.0.6', '10.1.0.8']), ...two.slice(2)];
const one = two.slice(0, 2);

describeWithIptables('apply by iptables', (variant) => {
  let node: KernelNode;
  let live: LiveIptables;
  beforeEach(async () => {
    node = await createKernelNode({ localIPs: ['192.168.0.2'], interfaces: ['cbr0', 'veth1'] });
    live = liveIptables(node.run, variant);
  });
  afterEach(async () => {
    live.dispose();
    await node.dispose();
  });

  /** IPv6 has packets of the kernel's own, which count too. */
  const save = async () =>
    (await node.run([`iptables-${variant}-save`, '-c'])).stdout.replaceAll(/^#.*\n/gm, '');
  const restores = () => live.inputs.splice(0).join('');

  describe('the same again', () => {
    test('writes nothing, and counters go on', async () => {
      expect((await live.apply(two)).kind).toBe('applied');
      await node.send([{ from: '203.0.113.9', to: '10.96.0.10', port: 80, protocol: 'TCP' }]);
      const before = await save();
      expect(before).toMatch(/\[[1-9]\d*:\d+\] -A NATC-SERVICES -d 10.96.0.10/);
      restores();
      expect(await live.apply(two)).toMatchObject({ kind: 'up-to-date', diagnostics: [] });
      expect(await live.apply(two, { verify: true })).toMatchObject({
        kind: 'up-to-date',
        diagnostics: [],
      });
      expect(restores()).toBe('');
      expect(await save()).toBe(before);
    });

    test('without the state directory lists, keeps all, and notes it', async () => {
      await live.apply(two);
      const before = await save();
      live.forget();
      restores();
      expect((await live.apply(two)).kind).toBe('up-to-date');
      expect(live.commands.join('\n')).toContain('iptables-save');
      live.commands.splice(0);
      expect((await live.apply(two)).kind).toBe('up-to-date');
      expect(live.commands.join('\n')).not.toContain('iptables-save');
      expect(restores()).toBe('');
      expect(await save()).toBe(before);
    });
  });

  test('one endpoint more: its chains only, and the counters of others stay (Y12)', async () => {
    await live.apply(two);
    await node.send([{ from: '203.0.113.9', to: '10.96.0.11', port: 80, protocol: 'TCP' }]);
    const counted = (await save()).match(/\[\d+:\d+\] -A NATC-SERVICES .*/g);
    expect(counted?.join('\n')).toMatch(/\[[1-9]\d*:\d+\] -A NATC-SERVICES -d 10.96.0.11/);
    restores();
    live.commands.splice(0);
    expect((await live.apply(more)).kind).toBe('applied');
    const input = restores();
    expect(input.match(/^\*.*/gm)).toEqual(['*nat']);
    expect(input.match(/^:NATC-\w+/gm)).toEqual([':NATC-SEP', ':NATC-SVC']);
    expect(live.commands.join('\n')).not.toContain('iptables-save');
    expect(live.commands.join('\n')).toMatch(/iptables-restore --noflush --counters/);
    expect((await save()).match(/\[\d+:\d+\] -A NATC-SERVICES .*/g)).toEqual(counted);
    expect((await node.run([`iptables-${variant}-save`])).stdout).toContain('10.1.0.8:8080');
    expect((await live.apply(more, { verify: true })).kind).toBe('up-to-date');
  });

  test('a Service less: its chains go with the same input', async () => {
    await live.apply(two);
    restores();
    expect((await live.apply(one)).kind).toBe('applied');
    const input = restores();
    expect(input.match(/^-X .*/gm)?.length).toBe(2);
    expect(input).not.toContain('10.1.0.5');
    expect(await save()).not.toContain('10.1.0.7');
  });

  describe('what somebody else did', () => {
    const chain = async () =>
      /^:(NATC-SVC-\S+)/m.exec((await node.run([`iptables-${variant}-save`])).stdout)?.[1] ?? '';

    test('within a chain: seen with verify, and repaired', async () => {
      await live.apply(two);
      const before = await save();
      await node.run([`iptables-${variant}`, '-t', 'nat', '-F', await chain()]);
      expect((await live.apply(two)).kind).toBe('up-to-date');
      expect(await live.apply(two, { verify: true })).toMatchObject({
        kind: 'applied',
        diagnostics: [{ code: 'NATC5026' }],
      });
      const plain = (text: string) => text.replaceAll(/\[\d+:\d+\] ?|revision \d+/g, '');
      expect(
        plain(await save())
          .split('\n')
          .sort(),
      ).toEqual(plain(before).split('\n').sort());
    });

    test('a flushed table: seen at once', async () => {
      await live.apply(two);
      await node.run([`iptables-${variant}`, '-t', 'filter', '-F']);
      await node.run([`iptables-${variant}`, '-t', 'filter', '-X']);
      restores();
      expect((await live.apply(two)).kind).toBe('applied');
      expect(restores().match(/^\*.*/gm)).toEqual(['*filter']);
      expect((await live.apply(two, { verify: true })).kind).toBe('up-to-date');
    });

    test('a flushed built-in chain: seen at once', async () => {
      await live.apply(two);
      for (const chain of ['PREROUTING', 'OUTPUT'])
        await node.run([`iptables-${variant}`, '-t', 'nat', '-F', chain]);
      restores();
      expect((await live.apply(two)).kind).toBe('applied');
      expect(restores().match(/^-I .*/gm)).toEqual([
        '-I PREROUTING -j NATC-SERVICES',
        '-I OUTPUT -j NATC-SERVICES',
      ]);
      expect((await live.apply(two, { verify: true })).kind).toBe('up-to-date');
    });

    test('between the look and the commit: the tables are listed and the change made', async () => {
      await live.apply(two);
      live.beforeRestore(async () => {
        await node.run([`iptables-${variant}`, '-t', 'nat', '-F']);
      });
      expect((await live.apply(more)).kind).toBe('applied');
      expect(live.commands.join('\n')).toContain('iptables-save');
      expect((await live.apply(more, { verify: true })).kind).toBe('up-to-date');
    });
  });

  test('from world to world the tables become what was compiled, and are read back as it', async () => {
    for (const { before, after } of sampled(neighbours, 12)) {
      for (const world of [before, after]) {
        const wanted = desiredTablesFrom(planWorld(world));
        const outcome = await live.applyTables(wanted);
        expect(['applied', 'up-to-date']).toContain(outcome.kind);
        const listed = await listRules(live.host, wanted.families);
        if (!isListed(listed)) throw new Error(listed.message);
        expect(iptablesDelta(listed, wanted.rules).tables).toEqual([]);
      }
    }
  }, 120_000);
});
