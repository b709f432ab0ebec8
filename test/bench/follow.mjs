/**
 * What one changed endpoint costs a natc that follows a cluster: from the arrival of its event to the
 * kernel's commit, by how many Services there are. With --seconds processor time and memory instead, while
 * changes keep coming (--rate, 100 a second) and are gathered for a second. The API server is a stand-in in this process. Needs root; everything runs in a namespace.
 *
 *   node test/bench/follow.mjs [--seconds S [--rate N]] [SERVICES...]     default: 1000 5000 20000, 10 endpoints each
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cluster } from './clusters.mjs';
import { inNamespace } from './in-namespace.mjs';

const natc = fileURLToPath(new URL('../../bin/natc.js', import.meta.url));
const endpointsEach = 10;
const samples = 40;

inNamespace(import.meta.url);

const given = process.argv.slice(2);
const at = given.indexOf('--seconds');
/** Of changes that keep coming, so many a second. */
const seconds = at < 0 ? 0 : Number(given.splice(at, 2)[1]);
const rateAt = given.indexOf('--rate');
const rate = rateAt < 0 ? 100 : Number(given.splice(rateAt, 2)[1]);
const sizes = given.length > 0 ? given.map(Number) : [1000, 5000, 20_000];

spawnSync('ip', ['link', 'set', 'lo', 'up']);

const paths = {
  '/api/v1/nodes': ['Node', 'v1'],
  '/api/v1/services': ['Service', 'v1'],
  '/apis/discovery.k8s.io/v1/endpointslices': ['EndpointSlice', 'discovery.k8s.io/v1'],
};

/** Lists in one page, and watches that begin where the lists ended. */
function serve(items) {
  let version = 1000;
  const watches = new Map();
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://bench');
    const [kind, apiVersion] = paths[url.pathname] ?? [];
    if (url.searchParams.get('watch') === 'true') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      watches.set(kind, response);
      return;
    }
    const own = items.filter((item) => item.kind === kind).map(withVersion);
    const list = {
      kind: `${kind}List`,
      apiVersion,
      metadata: { resourceVersion: '1000' },
      items: own,
    };
    response.end(JSON.stringify(list));
  });
  const withVersion = (item) => ({
    ...item,
    metadata: { ...item.metadata, resourceVersion: String(version) },
  });
  return {
    server,
    change: (item) => {
      version++;
      const event = { type: 'MODIFIED', object: withVersion(item) };
      watches.get(item.kind)?.write(`${JSON.stringify(event)}\n`);
    },
  };
}

/** Another endpoint in the middle of a slice. */
function moved(slice, count) {
  const copy = structuredClone(slice);
  copy.endpoints[copy.endpoints.length >> 1].addresses[0] =
    `10.254.${(count >> 8) & 255}.${count & 255}`;
  return copy;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
const percentile = (numbers, part) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)] ?? 0;

/** Processor seconds of natc, with all that it ran and waited for; and MiB that are resident. */
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

/** Waits until memory stays as it is for three seconds, half a minute at most. */
async function settled(pid) {
  for (let last = usageOf(pid).mib, left = 10; left > 0; left--) {
    await sleep(3000);
    const { mib } = usageOf(pid);
    if (Math.abs(mib - last) < 2) return;
    last = mib;
  }
}

const rows = [];
for (const size of sizes) {
  const directory = mkdtempSync(join(tmpdir(), 'natc-bench-'));
  const items = cluster(size, endpointsEach);
  const slices = items.filter(({ kind }) => kind === 'EndpointSlice');
  const api = serve(items);
  await new Promise((resolve) => api.server.listen(0, '127.0.0.1', resolve));
  const kubeconfig = join(directory, 'kubeconfig');
  const server = `http://127.0.0.1:${api.server.address().port}`;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  const args = [
    ...['apply', '--from-cluster', '--follow', '--kubeconfig', kubeconfig, '--no-sysctl'],
    ...['--state-dir', join(directory, 'state'), '--log-format', 'json'],
    ...['--min-sync-period', seconds > 0 ? '1s' : '0', '--healthz-bind-address', ''],
    ...['--request-timeout', '2m', '--validate', 'warn', '--backend', 'nftables'],
    ...['--external-ips', 'allow', '--endpoints-outside', 'allow', '--protect-ports', 'allow'],
  ];
  const begun = performance.now();
  const child = spawn(process.execPath, [natc, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const waiting = [];
  const latencies = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    const said = JSON.parse(line);
    if (process.env.VERBOSE) console.error(line);
    if (said.revision === undefined) return;
    latencies.push(said.latencyMilliseconds);
    waiting.shift()?.();
  });
  const applied = () => new Promise((resolve) => waiting.push(resolve));
  await applied();
  const first = (performance.now() - begun) / 1000;
  await settled(child.pid);
  latencies.length = 0;
  for (let sample = 0; sample < (seconds > 0 ? 0 : samples); sample++) {
    const done = applied();
    api.change(moved(slices[(sample * 7) % slices.length], sample));
    await done;
    await sleep(50);
  }
  const single = [...latencies];
  const idle = usageOf(child.pid);
  let busy;
  if (seconds > 0) {
    const before = usageOf(child.pid);
    forgetPeak(child.pid);
    for (let count = 0, start = performance.now(); count < seconds * rate; count++) {
      api.change(moved(slices[(count * 13) % slices.length], count));
      const ahead = start + ((count + 1) * 1000) / rate - performance.now();
      if (ahead > 0) await sleep(ahead);
      if (process.env.VERBOSE && count % (rate * 60) === 0)
        console.error(`${count / rate} s: ${JSON.stringify(usageOf(child.pid))}`);
    }
    const after = usageOf(child.pid);
    busy = { cpu: after.cpu - before.cpu, mib: after.peak, end: after.mib };
    if (process.env.VERBOSE) console.error(JSON.stringify(busy));
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
  api.server.closeAllConnections();
  api.server.close();
  rmSync(directory, { recursive: true });
  spawnSync('nft', ['flush', 'ruleset']);
  rows.push([
    size,
    first.toFixed(1),
    median(single).toFixed(0),
    percentile(single, 0.95).toFixed(0),
    idle.peak.toFixed(0),
    idle.mib.toFixed(0),
    ...(busy === undefined ? [] : [(busy.cpu / seconds).toFixed(2), busy.mib.toFixed(0)]),
  ]);
}
const heading = [
  ...[
    'Services',
    'first, s',
    'one endpoint, ms (median)',
    '95 %',
    'peak at the start, MiB',
    'settled',
  ],
  ...(seconds > 0 ? [`processor at ${rate} events/s`, 'peak then, MiB'] : []),
];
for (const row of [heading, heading.map(() => '---'), ...rows])
  console.log(`| ${row.join(' | ')} |`);
