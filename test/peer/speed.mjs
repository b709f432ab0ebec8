/**
 * How long kube-proxy and natc take for the same objects, in turns, each in a network namespace of its own.
 * kube-proxy's times are those of its synchronisation alone, in a process that has started and has the
 * objects; natc's are those of whole commands that read them from a file of JSON.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cluster, toJson } from '../bench/clusters.mjs';
import { median } from '../bench/processes.mjs';

const endpointsEach = 10;
/** iptables mode is not measured beyond: its first synchronisation grows with the square. */
const mostIptables = 1000;
const nodeIP = '192.168.0.10';
const podCIDR = '10.0.0.0/8';
const nodeName = 'node-0';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const natc = [process.execPath, path('../../bin/natc.js')];
const measure = ['python3', path('../bench/measure.py')];

/** Stale chains are deleted by the first synchronisation that comes a second later (Y7). */
const pause = '1500ms';

function must(argv) {
  const [command, ...args] = argv;
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, CI: 'true' },
  });
  if (status !== 0) throw new Error(`${argv.join(' ')}: status ${status}\n${stderr.slice(-2000)}`);
  return stdout;
}

/** Runs a script of sh in a new namespace with the node's address. */
const inNamespace = (script) =>
  must([
    ...['unshare', '-n', 'sh', '-ec'],
    `ip link set lo up; ip link add eth0 type veth peer name far; ip addr add ${nodeIP}/24 dev eth0; ip link set eth0 up
${script}`,
  ]);

const quoted = (argv) => argv.map((each) => `'${each.replaceAll("'", "'\\''")}'`).join(' ');

/** The objects, and the same with another address for one endpoint in the middle. */
function writeObjects(size, file) {
  const items = cluster(size, endpointsEach, 1);
  writeFileSync(file('first.json'), toJson(items));
  const slices = items.filter(({ kind }) => kind === 'EndpointSlice');
  slices[slices.length >> 1].endpoints[0].addresses = ['10.255.255.1'];
  writeFileSync(file('one.json'), toJson(items));
  const node = {
    hostname: nodeName,
    nodeIPs: [nodeIP],
    clusterCIDRs: [podCIDR],
    serviceCIDRs: [],
    nodePortAddresses: ['primary'],
    detectLocalMode: 'ClusterCIDR',
    masqueradeAll: false,
  };
  writeFileSync(file('node.json'), JSON.stringify(node));
}

function kubeProxyOnce(program, mode, file) {
  const argv = [program, '-mode', mode, '-node', file('node.json'), '-pause', pause];
  const worlds = [file('first.json'), file('one.json')];
  const out = file('kube-proxy.out');
  // measure.py leaves its child no standard output.
  const child = ['sh', '-c', `exec ${quoted([...argv, ...worlds])} > ${out}`];
  const { cpu, peak } = JSON.parse(inNamespace(quoted([...measure, ...child])));
  const [first, one] = must(['cat', out])
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).seconds);
  return { first: { wall: first }, one: { wall: one }, whole: { cpu, peak } };
}

function natcOnce(backend, file) {
  const state = file('state');
  const apply = (objects) => [
    ...[
      ...measure,
      ...natc,
      'apply',
      '--backend',
      backend,
      '--state-dir',
      state,
      '-q',
      '--no-sysctl',
    ],
    ...['--node-name', nodeName, '--node-ip', nodeIP, '--cluster-cidr', podCIDR],
    ...['--nodeport-addresses', 'primary', '-f', objects],
  ];
  const runs = ['first.json', 'one.json', 'one.json'].map((name) => quoted(apply(file(name))));
  const lines = inNamespace(runs.join('\n')).trim().split('\n');
  rmSync(state, { recursive: true, force: true });
  const [first, one, same] = lines.map((line) => JSON.parse(line));
  return { first, one, same };
}

const seconds = (value) => (value < 1 ? value.toFixed(3) : value.toFixed(value < 10 ? 2 : 1));
const middle = (samples, pick) => median(samples.map(pick));

function rowsOf(size, mode, kubeProxy, natcRuns, helps) {
  const row = (what, theirs, ours, name) => {
    const cpu = middle(natcRuns, (run) => run[name].cpu);
    const ratio = theirs === undefined ? '' : `${(ours / theirs).toFixed(2)} x`;
    return [
      ...[
        size.toLocaleString('en'),
        mode,
        what,
        theirs === undefined ? '' : `${seconds(theirs)} s`,
      ],
      ...[`${seconds(ours)} s`, `${seconds(cpu)} s`, ratio],
      name === 'first' ? `${Math.round(middle(kubeProxy, (run) => run.whole.peak))} MiB` : '',
      `${Math.round(middle(natcRuns, (run) => run[name].peak))} MiB`,
    ];
  };
  const wall = (runs, name) => middle(runs, (run) => run[name].wall);
  const same = wall(natcRuns, 'same');
  const help = middle(helps, (run) => run.wall);
  return [
    row('first', wall(kubeProxy, 'first'), wall(natcRuns, 'first'), 'first'),
    row('one endpoint changed', wall(kubeProxy, 'one'), wall(natcRuns, 'one'), 'one'),
    row(`nothing changed, ${(same / help).toFixed(1)} x \`natc --help\``, undefined, same, 'same'),
  ];
}

/**
 * @param program kube-proxy, as run.mjs builds it
 * @param sizes numbers of Services
 * @param rounds how often each is measured; the table has medians
 * @returns the table, as Markdown
 */
export function measureSpeed({ program, sizes, rounds }) {
  const directory = mkdtempSync(join(tmpdir(), 'natc-peer-'));
  const file = (name) => join(directory, name);
  const loadBefore = loadavg()[0];
  try {
    const rows = [];
    for (const size of sizes) {
      writeObjects(size, file);
      for (const mode of size > mostIptables ? ['nftables'] : ['nftables', 'iptables']) {
        const [kubeProxy, natcRuns, helps] = [[], [], []];
        for (let round = 1; round <= rounds; round++) {
          kubeProxy.push(kubeProxyOnce(program, mode, file));
          natcRuns.push(natcOnce(mode, file));
          helps.push(JSON.parse(must([...measure, ...natc, '--help'])));
          console.error(`${size} Services, ${mode}: round ${round} of ${rounds}`);
        }
        rows.push(...rowsOf(size, mode, kubeProxy, natcRuns, helps));
      }
    }
    const machine = [
      `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
      `Linux ${release()}, Node ${process.versions.node}`,
      `load ${loadBefore.toFixed(1)} before and ${loadavg()[0].toFixed(1)} after`,
      `${endpointsEach} endpoints a Service, medians of ${rounds}`,
    ];
    const head = [
      ...[
        'Services',
        'mode',
        'what',
        'kube-proxy',
        'natc',
        'natc, processor time',
        'natc / kube-proxy',
      ],
      ...['memory of kube-proxy', 'memory of natc'],
    ];
    const line = (cells) => `| ${cells.join(' | ')} |`;
    const table = [line(head), line(head.map(() => '---')), ...rows.map(line)];
    return `${machine.join('; ')}\n\n${table.join('\n')}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
