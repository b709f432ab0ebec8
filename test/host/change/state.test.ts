/** What apply does when what it knows of the kernel is missing, damaged or wrong. */

import { hash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { leftoversBeside } from '../../../src/backends/table.ts';
import type { IpFamily } from '../../../src/net/family.ts';
import { tableToJson } from '../../../src/nftables/canonical/canonical-json.ts';
import { halfOf } from '../../../src/nftables/canonical/digest.ts';
import { applyRuleset, desiredFrom } from '../../../src/nftables/host/apply.ts';
import { plannedTransaction } from '../../../src/nftables/host/reconcile.ts';
import { storeRevision } from '../../../src/nftables/host/revision-store.ts';
import { stampOperations } from '../../../src/nftables/host/stamp.ts';
import { commit } from '../../../src/nftables/host/transaction.ts';
import { renderNft } from '../../../src/nftables/render/nft.ts';
import { renderScript } from '../../../src/nftables/script.ts';
import { failure, fakeHost, success } from '../../support/fake-host.ts';
import { type KernelAgent, startAgent } from '../../support/kernel-agent.ts';
import { describeWithKernel } from '../../support/kernel-available.ts';
import {
  families,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../../support/kernel-cluster.ts';
import { compiled, hostOn, type LiveHost, liveHost } from '../../support/live-host.ts';

const service = (name: string, last: number, pods: readonly ('pod-a' | 'pod-b')[]) => [
  serviceObject(name, {
    clusterIP: `10.96.0.${last}`,
    clusterIPs: [`10.96.0.${last}`, `fd00:10:96::${last}`],
    ipFamilies: families,
    sessionAffinity: last % 2 === 0 ? 'ClientIP' : 'None',
    ports: [{ name: 'http', port: 80 }],
  }),
  ...families.map((family: IpFamily) => sliceObject(name, family, podEndpoints(family, pods))),
];

const one = [...service('one', 1, ['pod-a']), ...service('two', 2, ['pod-b'])];
const other = [...service('one', 1, ['pod-a', 'pod-b']), ...service('two', 2, ['pod-a'])];

describeWithKernel('apply', () => {
  let agent: KernelAgent;
  let live: LiveHost;
  beforeAll(async () => {
    agent = await startAgent();
  });
  afterAll(() => agent.dispose());
  beforeEach(() => {
    live = liveHost(agent.run);
  });
  afterEach(async () => {
    await agent.run(['nft', 'flush', 'ruleset']);
    live.dispose();
  });

  const stateFiles = () =>
    readdirSync(live.directory)
      .filter((name) => name.startsWith('revision-'))
      .map((name) => join(live.directory, name));

  /** The kernel holds exactly these objects: a second apply, listing everything, finds nothing to do. */
  const expectHeld = async (objects: readonly object[]) =>
    expect(await live.apply(objects, { verify: true })).toMatchObject({ kind: 'up-to-date' });

  const lists = () => live.commands.filter((line) => line.startsWith('nft list table '));

  test('into a kernel without tables looks for no pins', async () => {
    await live.apply(one);
    const lists = (what: string) => live.commands.filter((line) => line.includes(what));
    expect(lists(' natc clients/')).toEqual([]);
    live.commands.length = 0;
    rmSync(join(live.directory, 'settled.json'));
    await live.apply(one);
    expect(lists(' natc clients/')).not.toEqual([]);
  });

  test('of what the stamps name reads neither the kernel nor the state file', async () => {
    await live.apply(one);
    for (const path of stateFiles()) writeFileSync(path, 'unreadable');
    live.commands.length = 0;
    expect(await live.apply([...one].reverse())).toMatchObject({
      kind: 'up-to-date',
      diagnostics: [],
    });
    expect(live.commands).toEqual([
      'nft list set ip natc revision',
      'nft list set ip6 natc revision',
      // Other proxies, and what natc might have left in iptables.
      'nft -t list chains',
      // Whether a table sleeps: asked without changing anything.
      'nft -c -f -',
    ]);
  });

  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['missing', (path) => rmSync(path)],
    ['empty', (path) => writeFileSync(path, '')],
    ['garbage', (path) => writeFileSync(path, '\0\u{fffd}{[')],
    ['JSON of something else', (path) => repack(path, () => 'null\nnull\nnull\n')],
    ['without a revision', (path) => repack(path, () => '{"format":5,"revision":null}\n[]\n')],
    ['cut off', (path) => writeFileSync(path, readFileSync(path).subarray(0, -200))],
    [
      'of another format',
      (path) => repack(path, (text) => text.replace('"format":6', '"format":9')),
    ],
    ['small and huge inside', (path) => repack(path, (text) => text + ' '.repeat(20_000_000))],
    [
      'a link to a whole one',
      (path) => {
        renameSync(path, `${path}.whole`);
        symlinkSync(`${path}.whole`, path);
      },
    ],
    ...['number', 'time'].map((field): readonly [string, (path: string) => void] => [
      `with an odd ${field}`,
      (path) =>
        repack(path, (text) => text.replace(new RegExp(`"${field}":\\d+`), `"${field}":-1`)),
    ]),
    ['with odd UDP Services', (path) => repackLine(path, 1, () => '[{"family":"IPv4"}]')],
    ['with another table', (path) => repackLine(path, 4, () => lie())],
    ['without its fragments', (path) => changePacks(path, () => undefined)],
    ['with fragments cut off', (path) => changePacks(path, (bytes) => bytes.subarray(0, -9))],
    [
      'with fragments that are others',
      (path) =>
        changePacks(path, (bytes) =>
          Buffer.from(bytes.toString('latin1').replaceAll('10.', '11.'), 'latin1'),
        ),
    ],
  ];

  test.each(damages)('lists the kernel when the state file is %s', async (_, damage) => {
    await live.apply(one);
    for (const path of stateFiles()) damage(path);
    live.commands.length = 0;
    expect(await live.apply(other)).toMatchObject({ kind: 'applied', diagnostics: [] });
    expect(lists()).toHaveLength(2);
    await expectHeld(other);
    live.commands.length = 0;
    await live.apply(one);
    expect(lists(), 'the new state file is good again').toEqual([]);
  });

  test('lists the kernel when the state file tells lies', async () => {
    await live.apply(one);
    // The stamps are those of another revision, which has its file.
    const { written, digest, flowServices } = desiredFrom(compiled(other));
    const revision = { number: 1, digest, time: 1000 };
    await storeRevision(live.directory, { revision, ruleset: written, flowServices });
    for (const family of ['ip', 'ip6'] as const) {
      const table = { family, table: 'natc' };
      const half = halfOf(digest, family);
      const stamp = stampOperations(table, undefined, { number: 1, half, time: 1000 });
      const script = `flush set ${family} natc revision\n${renderScript(stamp)}`;
      await agent.must(['nft', '-f', '-'], script);
    }
    expect(await live.apply([...one, ...service('three', 3, ['pod-b'])])).toMatchObject({
      kind: 'applied',
    });
    await expectHeld([...one, ...service('three', 3, ['pod-b'])]);
  });

  const foreignChanges: readonly (readonly [string, string])[] = [
    ['one stamp gone', 'flush set ip natc revision'],
    ['both stamps gone', 'flush set ip natc revision\nflush set ip6 natc revision'],
    ['one table gone', 'delete table ip6 natc'],
    ['both tables gone', 'flush ruleset'],
    [
      'stamps that disagree',
      'flush set ip natc revision\nadd element ip natc revision { 1 . 2 comment "revision 9, 9" }',
    ],
    [
      'a stamp that natc never wrote',
      'flush set ip natc revision\nadd element ip natc revision { 1 . 2 }',
    ],
  ];

  describe.each(foreignChanges)('with %s', (_, script) => {
    test.each([
      ['the same', one],
      ['another', other],
    ])('leads to %s input', async (_name, objects) => {
      await live.apply(one);
      await agent.must(['nft', '-f', '-'], `${script}\n`);
      expect(await live.apply(objects)).toMatchObject({ kind: 'applied' });
      await expectHeld(objects);
    });
  });

  const drifts: readonly (readonly [string, string])[] = [
    ['an element gone', 'delete element ip natc services { 10.96.0.1 . tcp . 80 }'],
    ['an element more', 'add element ip natc cluster-ips { 10.96.0.99 }'],
    [
      'another value',
      'delete element ip natc service-endpoints-tcp { 10.96.0.1 . 80 . 0 }\nadd element ip natc service-endpoints-tcp { 10.96.0.1 . 80 . 0 : 10.9.9.9 . 99 }',
    ],
    ['a rule more', 'add rule ip natc dispatch accept'],
    ['a chain emptied', 'flush chain ip natc nat-postrouting'],
    ['a chain more', 'add chain ip6 natc strange'],
    ['a set more', 'add set ip natc strange { typeof ip saddr; }'],
    ['a set that natc never writes', 'add set ip natc strange { type ether_addr; }'],
  ];

  test.each(drifts)('--verify finds and repairs %s', async (_, script) => {
    await live.apply(one);
    await agent.must(['nft', '-f', '-'], `${script}\n`);
    expect(await live.apply(one)).toMatchObject({ kind: 'up-to-date' });
    expect(await live.apply(one, { verify: true })).toMatchObject({
      kind: 'applied',
      diagnostics: [{ code: 'NATC5026' }],
    });
    await expectHeld(one);
  });

  test('after compile | nft -f takes over what is there, with a delta', async () => {
    const [, ruleset] = planAndRuleset(one);
    await agent.must(['nft', '-f', '-'], renderNft(ruleset));
    const outcome = await live.apply(one);
    expect(outcome).toMatchObject({
      kind: 'applied',
      revision: { number: 1 },
      delta: { operations: [], cleanup: [] },
    });
    await expectHeld(one);
  });

  test('for fewer families removes the other table, and brings it back', async () => {
    await live.apply(one);
    await live.apply(one, {}, { families: ['IPv6'] });
    expect(await agent.must(['nft', 'list', 'tables'])).toBe('table ip6 natc\n');
    expect(await live.apply(one, { verify: true }, { families: ['IPv6'] })).toMatchObject({
      kind: 'up-to-date',
    });
    await live.apply(one);
    const tables = await agent.must(['nft', 'list', 'tables']);
    expect(tables.trim().split('\n').sort()).toEqual(['table ip natc', 'table ip6 natc']);
    await expectHeld(one);
  });

  /** `one` with the slices of one family, which are each third object, as in `other`. */
  const changedIn = (place: 1 | 2) =>
    one.map((object, index) => (index % 3 === place ? (other[index] ?? object) : object));

  test.each([
    ['the same table', other, [...one, ...service('three', 3, ['pod-b'])]],
    ['the other table', changedIn(1), changedIn(2)],
  ])('another apply that came in between, to %s, is seen and replaced', async (_, ours, others) => {
    await live.apply(one);
    const theirs = liveHost(agent.run);
    const racing = {
      ...hostOn(agent.run),
      run: async (command: string, args: readonly string[], stdin?: string) => {
        if (command === 'nft' && args[0] === '-f' && theirs.commands.length === 0)
          await theirs.apply(others);
        return hostOn(agent.run).run(command, args, stdin);
      },
    };
    const outcome = await applyRuleset(racing, desiredFrom(compiled(ours)), {
      stateDirectory: live.directory,
      others: await leftoversBeside('nftables'),
      lock: live.lock,
      verify: false,
      maxRemovals: undefined,
      force: false,
      sysctls: [],
      input: undefined,
      now: () => 1,
    });
    theirs.dispose();
    expect(outcome).toMatchObject({ kind: 'applied', revision: { number: 3 } });
    await expectHeld(ours);
  });
});

describe('a kernel before 6.2, which counts references until the transaction is over', () => {
  const planned = async () => {
    const before = desiredFrom(compiled(other));
    const wanted = desiredFrom(compiled(one));
    const held = {
      stamps: { ip: undefined, ip6: undefined },
      revision: undefined,
      stored: undefined,
      ruleset: before.written,
      source: 'kernel',
      dormant: [],
    } as const;
    const transaction = (await plannedTransaction(fakeHost({}).host, held, wanted, 0))?.transaction;
    if (transaction === undefined) throw new Error('nothing differs');
    expect(transaction.cleanup).not.toEqual([]);
    return transaction;
  };

  const busyWith = (text: string, answers: (stdin: string) => boolean) => {
    const { host, calls } = fakeHost({});
    const run: typeof host.run = async (command, args, stdin = '') => {
      await host.run(command, args, stdin);
      return answers(stdin) ? failure(text) : success();
    };
    return { host: { ...host, run }, calls };
  };

  test('gets the clean-up in a transaction of its own', async () => {
    const transaction = await planned();
    const { host, calls } = busyWith(
      'Error: Could not process rule: Device or resource busy\n',
      (stdin) => stdin.includes('delete chain') && stdin.includes('add '),
    );
    expect(await commit(host, transaction)).toEqual(success());
    expect(calls).toHaveLength(3);
    expect(calls[1]?.stdin).not.toContain('delete chain');
    expect(calls[2]?.stdin).toContain('delete chain');
    expect(`${calls[1]?.stdin}${calls[2]?.stdin}`).toBe(calls[0]?.stdin);
  });

  test('keeps what it does not let go of, and the change is made all the same', async () => {
    const transaction = await planned();
    const { host } = busyWith('Error: Device or resource busy\n', (stdin) =>
      stdin.includes('delete chain'),
    );
    expect(await commit(host, transaction)).toEqual(success());
  });

  test('another refusal is not tried again', async () => {
    const { host, calls } = busyWith('Error: Invalid argument\n', () => true);
    expect(await commit(host, await planned())).toMatchObject({ exitCode: 1 });
    expect(calls).toHaveLength(1);
  });
});

function planAndRuleset(objects: readonly object[]) {
  const { plan, ruleset } = compiled(objects);
  return [plan, ruleset] as const;
}

const repack = (path: string, change: (text: string) => string) =>
  writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString())));

/** Changes a line of a revision's file, and keeps what the head says of them true. */
const repackLine = (path: string, place: number, change: (line: string) => string) =>
  repack(path, (text) => {
    const [head = '', ...lines] = text.split('\n');
    const changed = lines.map((line, index) => (index + 1 === place ? change(line) : line));
    const body = changed.join('\n');
    return `${head.replace(/"text":"\w+"/, `"text":"${hash('sha256', body)}"`)}\n${body}`;
  });

/** What the Services of other objects share in the IPv4 table. */
const lie = () => tableToJson(desiredFrom(compiled(other)).written.tables[0]!.shared);

/** Changes the files of fragments beside a revision's, or removes them. */
function changePacks(path: string, change: (bytes: Buffer) => Buffer | undefined): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.endsWith('.pack')) continue;
    const pack = join(dirname(path), name);
    const changed = change(readFileSync(pack));
    if (changed === undefined) rmSync(pack);
    else writeFileSync(pack, changed);
  }
}
