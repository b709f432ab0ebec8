/**
 * `misbehave.mjs BACKEND OLD NEW DIRECTORY`, with a behaviour as a shell script on stdin: applies two manifests
 * in turn. Each time the next of the programs that natc calls misbehaves, from its first call on; prints a
 * line of JSON for each. The limits of what misbehaves are small, those of the others are natc's own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { leftoversBeside } from '../../dist/backends/table.js';
import { compile } from '../../dist/compile.js';
import { execHost } from '../../dist/host/machine/exec-host.js';
import { applyByIptables, desiredTablesFrom } from '../../dist/iptables/host/apply.js';
import { applyRuleset, desiredFrom } from '../../dist/nftables/host/apply.js';
import { defaultOptions } from '../../dist/options.js';
import { readObjects } from '../../dist/read/read.js';

const [backend, ...manifests] = process.argv.slice(2, 5);
const stateDirectory = process.argv[5];
const naps = `sleep 9${process.pid}`;
const behaviour = readFileSync(0, 'utf8').replaceAll('sleep', naps);
const facts = { uid: process.getuid(), path: process.env.PATH };
const real = execHost(facts);
const limited = execHost(facts, { seconds: 0.15, output: 300_000, grace: 0.05 });

const compiled = manifests.map((name) => {
  const { objects } = readObjects([{ name, bytes: readFileSync(name) }]);
  return compile(objects, { ...defaultOptions, ipFamilies: ['IPv4'] }).output;
});

const apply = async (host, index, verify = false) => {
  const options = {
    stateDirectory,
    lock: async () => ({ kind: 'held', lock: { release: async () => {} } }),
    verify,
    maxRemovals: undefined,
    force: false,
    sysctls: [],
    input: undefined,
    now: () => 1000,
  };
  return backend === 'nftables'
    ? applyRuleset(host, desiredFrom(compiled[index]), {
        ...options,
        others: await leftoversBeside('nftables'),
      })
    : applyByIptables(host, desiredTablesFrom(compiled[index].plan), {
        ...options,
        others: await leftoversBeside('iptables'),
      });
};

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

/** What packets see, stamps and counters left out; and what leads to the pods of each manifest alone. */
function look() {
  const listing =
    backend === 'nftables' ? run('nft', '-s', 'list', 'ruleset') : run('iptables-save');
  const lines = listing.split('\n').map((line) => line.replace(/\[\d+:\d+\]/, ''));
  const isPin = (line) => line.includes(client);
  const leads = [...lines.filter(isPin), ...run('conntrack', '-L', '-p', 'udp').split('\n')];
  return {
    rules: lines
      .filter((line) => !isPin(line) && !/ 0x|NATC-REVISION|^#/.test(line))
      .sort()
      .join('\n'),
    leads: pods.map((pod) => leads.filter((line) => line.includes(pod)).length),
  };
}

const pods = ['10.180.0.11', '10.180.0.12'];
const client = '192.0.2.2';

/** A client of each kind, at the pod that goes next. */
function connect(index) {
  const pod = pods[index];
  run('conntrack', '-F');
  run(
    ...['conntrack', '-I', '-p', 'udp', '-s', '192.0.2.1', '-d', '172.30.0.10', '--sport', '1'],
    ...['--dport', '53', '-r', pod, '-q', '192.0.2.1', '--reply-port-src', '8080'],
    ...['--reply-port-dst', '1', '-t', '99'],
  );
  if (backend === 'nftables')
    run('nft', `add element ip natc clients/shop/web/tcp/http/8080 { ${client} : ${pod} }`);
}

/** How many are left of what the behaviour started. */
function running() {
  if (!behaviour.includes(naps)) return 0;
  return (
    spawnSync('pgrep', ['-f', `^${naps}$`], { encoding: 'utf8' }).stdout.split('\n').length - 1
  );
}

/** What tells the places apart where programs are called: what is asked, whatever the family and the table. */
const nameOf = (command, args) =>
  [command, ...args]
    .join(' ')
    .replaceAll('ip6', 'ip')
    .replace(/list chain .*/, 'list chain')
    .replace(/-t (mangle|filter|nat)/, '-t')
    .replace(/clients\S*/, 'clients');

/** A host on which the first program that did not have its turn misbehaves. */
function misbehaving(done) {
  let target;
  const host = {
    ...real,
    run: (command, args, stdin) => {
      const name = nameOf(command, args);
      if (target === undefined && !done.has(name)) target = name;
      if (name !== target) return real.run(command, args, stdin);
      return limited.run('sh', ['-c', behaviour, command, ...args], stdin);
    },
  };
  return { host, target: () => target };
}

await apply(real, 1);
const held = [undefined, look().rules];
await apply(real, 0);
held[0] = look().rules;

// To and fro; back with --verify. When neither way has a program that did not have its turn, that is all.
const done = new Set();
let idle = 0;
for (let now = 0; idle < 2; now = 1 - now) {
  const next = 1 - now;
  connect(now);
  const { host, target } = misbehaving(done);
  const from = performance.now();
  const outcome = await apply(host, next, now === 1);
  const seconds = (performance.now() - from) / 1000;
  if (target() === undefined) {
    idle += 1;
    continue;
  }
  idle = 0;
  done.add(target());
  const found = look();
  const holds = [
    ...(found.rules === held[next] ? ['new'] : []),
    ...(found.rules === held[now] ? ['as before'] : []),
  ];
  const says = (outcome.diagnostics ?? []).map(({ code, message }) => `${code} ${message}`);
  // Where nothing is left to do and to say, the next way is back from here.
  const isOver = outcome.kind === 'applied' && says.length === 0 && found.leads[now] === 0;
  const after = isOver ? outcome : await apply(real, next);
  const then = isOver ? found : look();
  console.log(
    JSON.stringify({
      call: target(),
      kind: outcome.kind,
      says,
      holds: holds[0] ?? 'neither',
      left: found.leads[now],
      seconds,
      after: [after.kind, then.rules === held[next] ? 'new' : 'not new', then.leads[now]].join(
        ', ',
      ),
      running: running(),
    }),
  );
}
