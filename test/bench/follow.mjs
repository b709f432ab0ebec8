/**
 * What one changed endpoint costs a natc that follows a cluster: from the arrival of its event to the
 * kernel's commit, by how many Services there are. With --seconds processor time and memory instead, while
 * changes keep coming (--rate, 100 a second) and are gathered for a second. The API server is a stand-in in this
 * process. Needs root; everything runs in a namespace.
 *
 *   node test/bench/follow.mjs [--seconds S] [--rate N] [--backend iptables] [--peer]
 *     [--most MIB] [SERVICES...]
 *
 * default: 1000 5000 20000, 10 endpoints each. --peer measures the real kube-proxy with the same events, after
 * natc at each size; `npm run peer -- --only cases --worlds 0` builds it. With --most the exit status is 1
 * where natc took more memory than that, at its start or later: 300 is what is promised of 5,000 Services.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cluster } from './clusters.mjs';
import { startKubeProxy, startNatc } from './follow-subjects.mjs';
import { inNamespace } from './in-namespace.mjs';

const nodeIP = '192.168.0.10';
const endpointsEach = 10;
const program = fileURLToPath(
  new URL('../../node_modules/.cache/natc-peer/kube-proxy', import.meta.url),
);

inNamespace(import.meta.url);

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '0' },
    rate: { type: 'string', default: '100' },
    samples: { type: 'string', default: '40' },
    backend: { type: 'string', default: 'nftables' },
    peer: { type: 'boolean', default: false },
    most: { type: 'string', default: 'Infinity' },
  },
});
/** Of changes that keep coming, so many a second. */
const [seconds, rate, samples] = [flags.seconds, flags.rate, flags.samples].map(Number);
const sizes = positionals.length > 0 ? positionals.map(Number) : [1000, 5000, 20_000];
if (flags.peer && !existsSync(program)) {
  console.error(`there is no ${program}: npm run peer builds it`);
  process.exit(2);
}

const must = (line) => {
  const [command, ...args] = line.split(' ');
  if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) throw new Error(line);
};
must('ip link set lo up');
must('ip link add eth0 type veth peer name far');
must(`ip addr add ${nodeIP}/24 dev eth0`);
must('ip link set eth0 up');

/** Another endpoint in the middle of a slice. */
function moved(slice, count) {
  const copy = structuredClone(slice);
  copy.endpoints[copy.endpoints.length >> 1].addresses[0] =
    `10.254.${(count >> 8) & 255}.${count & 255}`;
  return copy;
}

const percentile = (numbers, part) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)] ?? 0;

/** Processor seconds of a process, with all that it ran and waited for; MiB that are resident, and were at most. */
function usageOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return {
    cpu: (user + system + childUser + childSystem) / 100,
    mib: mib('VmRSS'),
    peak: mib('VmHWM'),
  };
}

/** From here on the kernel counts the peak anew (proc(5), clear_refs). */
const forgetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** The most memory that natc took in any run, in MiB. */
let most = 0;

/** Waits until memory stays as it is for three seconds, half a minute at most. */
async function settled(pid) {
  for (let last = usageOf(pid).mib, left = 10; left > 0; left--) {
    await sleep(3000);
    const { mib } = usageOf(pid);
    if (Math.abs(mib - last) < 2) return;
    last = mib;
  }
}

/** @param start of a subject @returns cells of the table */
async function measure(start, slices) {
  const begun = performance.now();
  const subject = await start();
  await subject.applied();
  const first = (performance.now() - begun) / 1000;
  await settled(subject.pid);
  const idle = usageOf(subject.pid);
  const peaks = [idle.peak];
  const cells = [first.toFixed(1), idle.peak.toFixed(0), idle.mib.toFixed(0)];
  forgetPeak(subject.pid);
  if (seconds > 0) {
    for (let count = 0, from = performance.now(); count < seconds * rate; count++) {
      subject.change(moved(slices[(count * 13) % slices.length], count));
      const ahead = from + ((count + 1) * 1000) / rate - performance.now();
      if (ahead > 0) await sleep(ahead);
      if (process.env.VERBOSE && count % (rate * 60) === 0)
        console.error(`${count / rate} s: ${JSON.stringify(usageOf(subject.pid))}`);
    }
    const after = usageOf(subject.pid);
    cells.push(((after.cpu - idle.cpu) / seconds).toFixed(3), after.peak.toFixed(0));
  } else {
    const latencies = [];
    for (let sample = 0; sample < samples; sample++) {
      const done = subject.applied();
      subject.change(moved(slices[(sample * 7) % slices.length], sample));
      latencies.push(await done);
      await sleep(50);
    }
    const used = (usageOf(subject.pid).cpu - idle.cpu) / samples;
    cells.push(percentile(latencies, 0.5).toFixed(0), percentile(latencies, 0.95).toFixed(0));
    cells.push((used * 1000).toFixed(0));
  }
  peaks.push(usageOf(subject.pid).peak);
  await subject.end();
  spawnSync('nft', ['flush', 'ruleset']);
  return { cells, peak: Math.max(...peaks) };
}

const loadBefore = loadavg()[0];
const rows = [];
for (const size of sizes) {
  const items = cluster(size, endpointsEach);
  const slices = items.filter(({ kind }) => kind === 'EndpointSlice');
  const busy = seconds > 0;
  const common = { items, busy, backend: flags.backend };
  const subjects = [
    ['natc', (directory) => startNatc({ ...common, directory })],
    ...(flags.peer
      ? [['kube-proxy', (directory) => startKubeProxy({ ...common, directory, program, nodeIP })]]
      : []),
  ];
  for (const [name, start] of subjects) {
    const directory = mkdtempSync(join(tmpdir(), 'natc-bench-'));
    const { cells, peak } = await measure(() => start(directory), slices);
    if (name === 'natc') most = Math.max(most, peak);
    rows.push([size, name, ...cells]);
    console.error(rows.at(-1).join(' '));
    rmSync(directory, { recursive: true });
  }
}
const heading = [
  ...['Services', 'what', 'first, s', 'peak at the start, MiB', 'settled, MiB'],
  ...(seconds > 0
    ? [`cores at ${rate} events/s`, 'peak then, MiB']
    : ['one endpoint, ms (median)', '95 %', 'processor, ms']),
];
console.log(
  `${cpus().length} cores, ${flags.backend}, load ${loadBefore.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after\n`,
);
for (const row of [heading, heading.map(() => '---'), ...rows])
  console.log(`| ${row.join(' | ')} |`);
if (most > Number(flags.most)) {
  console.error(`natc took ${most.toFixed(0)} MiB, and ${flags.most} at most was to be enough`);
  process.exitCode = 1;
}
