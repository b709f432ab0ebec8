/**
 * `npm run bench:connect`: how long a TCP connection takes to set up through the rules, by the number of
 * Services, beside no rules at all. Needs root, nft, ip and python3;
 * every ruleset stands in a network namespace of its own, and they take turns.
 *
 *   --rounds N     9 if not said
 *   --connects N   in each round, 4000 if not said
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cluster, toJson } from './clusters.mjs';
import { median } from './processes.mjs';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    connects: { type: 'string', default: '4000' },
  },
});
const endpointsEach = 10;
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'natc-bench-'));
const file = (name) => join(directory, name);

const servicesOf = (items) =>
  items.filter(({ kind }) => kind === 'Service').map(({ spec }) => [spec.clusterIP, 80]);
const podsOf = (items) =>
  items
    .filter(({ kind }) => kind === 'EndpointSlice')
    .flatMap(({ endpoints }) => endpoints.map(({ addresses }) => [addresses[0], 8080]));

const withoutRules = (count) => ({
  name: `no rules, ${count} addresses`,
  ruleset: null,
  targets: podsOf(cluster(Math.ceil(count / endpointsEach), endpointsEach)),
});

/** Connection tracking, and the hooks that translate: what every ruleset for Services needs. */
function emptyHooks(count) {
  const ruleset = file('empty.nft');
  const chain = (hook, priority) =>
    `chain ${hook} { type nat hook ${hook} priority ${priority}; policy accept; }`;
  writeFileSync(
    ruleset,
    `table ip empty { ${chain('prerouting', 'dstnat')}; ${chain('postrouting', 'srcnat')}; }\n`,
  );
  return { ...withoutRules(count), name: `empty NAT hooks, ${count} addresses`, ruleset };
}

function natc(count) {
  const items = cluster(count, endpointsEach);
  const [input, ruleset] = [file('input.json'), file(`${count}.nft`)];
  writeFileSync(input, toJson(items));
  const options = ['-q', '--cluster-cidr', '10.0.0.0/8', '-f', input, '--out-file', ruleset];
  execFileSync(process.execPath, [path('../../bin/natc.js'), 'compile', ...options]);
  return { name: `natc, ${count} Services`, ruleset, targets: servicesOf(items) };
}

try {
  const variants = [
    withoutRules(10),
    withoutRules(20_000),
    emptyHooks(20_000),
    natc(10),
    natc(1000),
    natc(20_000),
  ];
  const [, , , ten, , most] = variants.map(({ name }) => name);
  const output = execFileSync('python3', [path('connect.py'), flags.rounds, flags.connects], {
    input: JSON.stringify(variants),
    encoding: 'utf8',
  });
  const rounds = JSON.parse(output);
  /** The median of the ratios within each round, which what else the machine does affects least. */
  const ratio = (name, other) =>
    median(rounds[name].map((time, round) => time / rounds[other][round])).toFixed(2);
  console.log(
    `${cpus().length} x ${cpus()[0]?.model}, Linux ${release()}; ${endpointsEach} endpoints a Service, ` +
      `medians of ${flags.rounds} rounds of ${flags.connects} connections\n`,
  );
  const names = variants.map(({ name }) => name);
  console.log(`| connecting through | µs | least | most | x ${ten} |`);
  console.log('|---|---|---|---|---|');
  for (const name of names) {
    const times = [median(rounds[name]), Math.min(...rounds[name]), Math.max(...rounds[name])];
    const cells = [...times.map((time) => time.toFixed(1)), ratio(name, ten)];
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  }
  const verdict = (what, value, limit) =>
    console.log(`${what}: ${value} x, ${value <= limit ? 'within' : 'beyond'} ${limit} x`);
  console.log('');
  verdict(`${most} beside ${ten}`, ratio(most, ten), 1.15);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
