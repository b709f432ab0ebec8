import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KernelAgent, startAgent } from '../support/kernel-agent.ts';
import {
  allPods,
  describeCluster,
  podEndpoints,
  serviceObject,
  sliceObject,
} from '../support/kernel-cluster.ts';
import { listing } from '../support/kernel-listing.ts';
import { natcProgram, projectRoot } from '../support/natc.ts';
import { worlds } from '../support/worlds.ts';

const minutes = Number(process.env['NATC_SOAK_MINUTES'] ?? 1);
const seed = Number(process.env['NATC_SEED'] ?? 1);

/** Is there in every world: connections to it must never fail. */
const stable = [
  serviceObject('stable', { clusterIP: '10.96.0.80', ports: [{ name: 'http', port: 80 }] }),
  sliceObject('stable', 'IPv4', podEndpoints('IPv4', allPods)),
];

/** What goes wrong during one apply, as a script; `apply` and the files `$a` and `$b` are at hand. */
const faults: Readonly<Record<string, string>> = {
  nothing: 'apply $a',
  'two at once': 'apply $a & apply $b; wait',
  'killed early': 'timeout -s KILL 0.3 sh -c "$natc $flags -f $a"; true',
  'killed late': 'timeout -s KILL 0.6 sh -c "$natc $flags -f $a"; true',
  'nft does not start': 'PATH=$tools/missing:$PATH apply $a',
  'nft fails now and then': 'PATH=$tools/failing:$PATH apply $a',
  'nft says that it failed': 'PATH=$tools/lying:$PATH apply $a',
  'disk full':
    'unshare -m sh -c "mount -t tmpfs -o size=16k tmpfs $state && $natc $flags -f $a"; true',
  'state lost': 'rm -rf $state; apply $a',
  'a stranger adds a chain': 'nft add chain ip natc stranger; apply $a',
  'a stranger deletes the IPv6 table': 'nft delete table ip6 natc; apply $a',
  'a stranger adds elements': 'nft add element ip natc cluster-ips { 192.0.2.77 }; apply $a',
};

/** After these the tables may hold what no manifest says, until a whole apply. */
const isStranger = (fault: string): boolean => fault.startsWith('a stranger');

/** Programs called nft that misbehave; the real one comes later on the path. */
const tools: Readonly<Record<string, string>> = {
  missing: 'exit 127',
  failing: '[ $(($(date +%N | sed s/^0*//) % 3)) = 0 ] && exit 1; exec /usr/sbin/nft "$@"',
  lying: '/usr/sbin/nft "$@"; status=$?; [ "$1" = -f ] && exit 1; exit $status',
};

describeCluster('a node where everything goes wrong', (cluster) => {
  test(`for ${minutes} minutes, seed ${seed}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'natc-soak-'));
    const fresh = await startAgent();
    const toolFolder = join(folder, 'tools');
    for (const [name, body] of Object.entries(tools)) {
      mkdirSync(join(toolFolder, name), { recursive: true });
      writeFileSync(join(toolFolder, name, 'nft'), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }
    const state = join(folder, 'state');
    const peak = "process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))";
    const prelude = `cd ${projectRoot}; a=${folder}/a.json; b=${folder}/b.json; state=${state}
      tools=${toolFolder}
      natc="${process.execPath} ${natcProgram} apply"
      flags="--node-name node-1 --no-sysctl --allow-mass-removal --backend nftables -q --state-dir ${state}"
      apply() { $natc $flags -f "$@" || true; }`;
    const run = (script: string) => cluster.node.run(['sh', '-c', `${prelude}\n${script}`]);

    let rounds = 0;
    let doing = '';
    const answers = { count: 0, failed: [] as string[] };
    const end = Date.now() + minutes * 60_000;
    const traffic = (async () => {
      while (Date.now() < end) {
        const question = { to: '10.96.0.80', port: 80, timeout: 10 } as const;
        // The first apply has to be through.
        if (rounds > 0) {
          const before = doing;
          const some = await cluster.client.askMany(question, 200);
          answers.count += some.length;
          const errors = some.flatMap(({ error }) => (error === undefined ? [] : [error]));
          answers.failed.push(...errors.map((error) => `${error} from ${before} to ${doing}`));
        } else await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();

    const sizes: number[] = [];
    const peaks: number[] = [];
    const tried = new Map<string, number>();
    const halves = { checked: 0, found: [] as string[] };
    const node = { ...fresh, run: cluster.node.run };
    let before = await listing(node);
    let isNatcsAlone = true;
    try {
      const names = Object.keys(faults);
      for (; Date.now() < end; rounds++) {
        const [one, other] = fc.sample(worlds, { seed: seed + rounds, numRuns: 2 });
        for (const [name, world] of [
          ['a', one],
          ['b', other],
        ] as const) {
          // The cluster's own node is the one that natc works for.
          const objects = (world?.objects ?? []).filter(({ kind }) => kind !== 'Node');
          const items = [...stable, ...objects];
          const list = { apiVersion: 'v1', kind: 'List', items };
          writeFileSync(join(folder, `${name}.json`), JSON.stringify(list));
        }
        const name = rounds === 0 ? 'nothing' : (names[(seed + rounds * 7) % names.length] ?? '');
        tried.set(name, (tried.get(name) ?? 0) + 1);
        doing = `round ${rounds}, ${name}`;
        await run(faults[name] ?? '');
        doing += ', over';
        const after = await listing(node);
        isNatcsAlone &&= !isStranger(name);
        if (isNatcsAlone) {
          // Either what was there, or all of one manifest.
          const wholes = [before, await freshListing(fresh, join(folder, 'a.json'))];
          if (name === 'two at once')
            wholes.push(await freshListing(fresh, join(folder, 'b.json')));
          const isWhole = wholes.some((whole) => isDeepStrictEqual(whole, after));
          halves.checked += 1;
          if (!isWhole) halves.found.push(`round ${rounds}, ${name}`);
        }
        before = after;
        if (rounds % 3 !== 0) continue;

        // A whole apply makes everything good again.
        doing = `round ${rounds}, whole`;
        const whole = await run(
          `natc="${process.execPath} --import \\"data:text/javascript,${peak}\\" ${natcProgram} apply"
           eval "$natc $flags --verify -f $a"`,
        );
        expect(whole.status, `${name}: ${whole.stderr}`).toBe(0);
        peaks.push(Number(/peak (\d+)/.exec(whole.stderr)?.[1]));
        before = await listing(node);
        expect(before).toEqual(await freshListing(fresh, join(folder, 'a.json')));
        isNatcsAlone = true;
        sizes.push(
          readdirSync(state).reduce((sum, file) => sum + statSync(join(state, file)).size, 0),
        );
      }
      await traffic;
    } finally {
      await fresh.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
    console.log(
      `${rounds} rounds (${[...tried].map(([name, count]) => `${name} ${count}`).join(', ')}), ` +
        `${answers.count} connections, ${answers.failed.length} lost; ` +
        `${halves.checked} rulesets, ${halves.found.length} half; state directory ` +
        `${Math.max(...sizes)} bytes at most; peak memory ${Math.min(...peaks)} to ${Math.max(...peaks)} KiB`,
    );
    expect(answers.failed).toEqual([]);
    expect(answers.count).toBeGreaterThan(0);
    expect(halves.found).toEqual([]);
    expect(halves.checked).toBeGreaterThan(0);
    // Flat: what the last third needs, the first third needed, too, give or take a world's size.
    const third = Math.ceil(sizes.length / 3);
    expect(Math.max(...sizes.slice(-third))).toBeLessThan(3 * Math.max(...sizes.slice(0, third)));
    expect(Math.max(...peaks.slice(-third))).toBeLessThan(1.3 * Math.max(...peaks.slice(0, third)));
  });
});

/** What a manifest gives on a machine where nothing ever went wrong. */
async function freshListing(fresh: KernelAgent, manifest: string) {
  const compiled = await fresh.must([
    ...[process.execPath, natcProgram, 'compile', '-f', manifest],
    ...['--node-name', 'node-1', '--validate', 'warn', '-q'],
  ]);
  await fresh.must(['nft', '-f', '-'], `flush ruleset\n${compiled}`);
  return listing(fresh);
}
