/**
 * `npm run bench`: what each stage costs, beside the least it could cost on the same machine at the
 * same time. Everything runs in processes of its own, interleaved, and medians are shown.
 *
 *   --quick        100 and 1,000 Services, three rounds
 *   --rounds N     how often each is measured, 5 if not said
 *   --plots DIR    writes the plots there
 *   --only NAME    json, yaml, nft, kube-proxy or start
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cluster, toJson, toYaml } from './clusters.mjs';
import { bareElements, kubeProxyShape } from './kube-proxy-shape.mjs';
import { plot } from './plot.mjs';
import * as processes from './processes.mjs';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    plots: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});
const wants = (name) => flags.only === undefined || flags.only.includes(name);
const rounds = Number(flags.rounds ?? (flags.quick ? 3 : 5));
const endpointsEach = 10;
const sizes = flags.quick ? [100, 1000] : [100, 1000, 5000, 20_000];
/** The `yaml` package takes minutes for more. */
const yamlSizes = sizes.filter((size) => size <= 5000);
const kubeProxySizes = flags.quick ? [100, 1000] : [100, 1000, 5000];
const directory = mkdtempSync(join(tmpdir(), 'natc-bench-'));
const file = (name) => join(directory, name);

/** name -> samples; a measurement that gives several stages adds to each. */
const samples = new Map();

function add(name, sample) {
  const known = samples.get(name) ?? [];
  known.push(sample);
  samples.set(name, known);
}

function addStages(prefix, stages) {
  for (const [stage, sample] of Object.entries(stages)) add(`${prefix} ${stage}`, sample);
}

const seconds = (value) => value.toFixed(value < 0.1 ? 4 : value < 10 ? 2 : 1);

function row(name, floorName) {
  const own = samples.get(name);
  if (own === undefined) return;
  const floor = floorName === undefined ? undefined : samples.get(floorName);
  const mine = processes.medians(own);
  const theirs = floor && processes.medians(floor);
  const ratio = (key) => (theirs ? (mine[key] / theirs[key]).toFixed(2) : '');
  const cells = [
    name,
    seconds(mine.wall),
    seconds(mine.cpu),
    mine.peak.toFixed(0),
    floorName ?? '',
    ratio('wall'),
    ratio('cpu'),
    ratio('peak'),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

const stageNames = ['read', 'model', 'plan', 'ruleset', 'render'];

function measureFormat(format, size) {
  const name = file(`${size}.${format}`);
  const items = cluster(size, endpointsEach);
  writeFileSync(name, format === 'json' ? toJson(items) : toYaml(items));
  const parsers = format === 'json' ? ['json'] : ['js-yaml', 'yaml'];
  for (let round = 0; round < rounds; round++) {
    for (const parser of parsers) {
      addStages(`${size} ${parser}`, processes.stagesOf('parse.mjs', parser, name));
      add(
        `${size} ${parser} process`,
        processes.whole(process.execPath, parseScript, parser, name),
      );
    }
    add(`${size} ${format} compile`, processes.compileWhole(name, file(`${size}.nft`)));
    addStages(`${size} ${format}`, processes.stagesOf('stages.mjs', name));
  }
  rmSync(name);
  const floor = format === 'json' ? 'json' : 'js-yaml';
  for (const parser of parsers) row(`${size} ${parser} process`);
  row(`${size} ${format} compile`, `${size} ${floor} process`);
  if (format === 'yaml') row(`${size} yaml compile`, `${size} yaml process`);
  for (const stage of stageNames) row(`${size} ${format} ${stage}`, `${size} ${floor} parse`);
}

const parseScript = new URL('parse.mjs', import.meta.url).pathname;

function measureNft(size, each = endpointsEach) {
  const items = cluster(size, each);
  const [input, nft, bare, delta] = ['json', 'nft', 'bare', 'delta'].map((suffix) =>
    file(`${size}.${suffix}`),
  );
  writeFileSync(input, toJson(items));
  processes.compileWhole(input, nft);
  rmSync(input);
  writeFileSync(bare, bareElements(size * (each + 2)));
  for (let round = 0; round < rounds; round++) {
    add(`${size} bare elements`, processes.nftWhole([bare]));
    add(`${size} nft check`, processes.nftWhole([nft], '-c'));
    add(`${size} nft load`, processes.nftWhole([nft]));
    addStages(size, processes.stagesOf('delta.mjs', String(size), String(each), delta));
    add(`${size} nft delta`, processes.nftWhole([nft, delta]));
  }
  row(`${size} bare elements`);
  for (const what of ['nft check', 'nft load', 'nft delta']) {
    row(`${size} ${what}`, `${size} bare elements`);
  }
  row(`${size} delta`);
}

function measureKubeProxy(size) {
  const name = file(`${size}.kube-proxy`);
  writeFileSync(name, kubeProxyShape(cluster(size, endpointsEach)));
  // A minute each: once says enough.
  const times = size >= 5000 ? 1 : rounds;
  for (let round = 0; round < times; round++) {
    add(`${size} kube-proxy's shape load`, processes.nftWhole([name]));
  }
  row(`${size} kube-proxy's shape load`, `${size} nft load`);
}

function measureStart() {
  const name = file('small.yaml');
  writeFileSync(name, toYaml(cluster(12, 3)));
  for (let round = 0; round < 4 * rounds; round++) {
    add('node -e 0', processes.nodeWhole('0'));
    add('natc --help', processes.helpWhole());
    add('12 yaml compile', processes.compileWhole(name, file('small.nft')));
  }
  row('node -e 0');
  row('natc --help', 'node -e 0');
  row('12 yaml compile', 'node -e 0');
}

/** How much more the larger of the two largest sizes takes than the other. */
function growth() {
  const [from, to] = sizes.slice(-2);
  console.log(`\nGrowth from ${from} to ${to} Services (times the objects: ${to / from}):\n`);
  for (const stage of [...stageNames, 'compile']) growthRow(`json ${stage}`, from, to);
  for (const stage of ['nft check', 'nft load', 'delta']) growthRow(stage, from, to);
}

function growthRow(name, from, to) {
  const [small, large] = [samples.get(`${from} ${name}`), samples.get(`${to} ${name}`)];
  if (small === undefined || large === undefined) return;
  const [a, b] = [processes.medians(small), processes.medians(large)];
  console.log(
    `${name}: ${(b.wall / a.wall).toFixed(2)} wall, ${(b.cpu / a.cpu).toFixed(2)} processor`,
  );
}

function writePlots(target) {
  mkdirSync(target, { recursive: true });
  const line = (name) =>
    sizes.flatMap((size) => {
      const found = samples.get(`${size} ${name}`);
      return found === undefined ? [] : [[size, processes.medians(found).cpu]];
    });
  const lines = (names) =>
    Object.fromEntries(
      names.map((name) => [name, line(name)]).filter(([, found]) => found.length > 0),
    );
  const compileNames = [
    'json compile',
    'json process',
    'yaml compile',
    'js-yaml process',
    'yaml process',
  ];
  writeFileSync(
    join(target, 'compile.svg'),
    plot('Whole compile, and parsing alone: processor time', lines(compileNames)),
  );
  const perStage = stageNames.map((stage) => `json ${stage}`);
  writeFileSync(
    join(target, 'stages.svg'),
    plot('Stages, from JSON: processor time', lines(perStage)),
  );
  const kernel = [
    "kube-proxy's shape load",
    'nft load',
    'nft check',
    'bare elements',
    'nft delta',
    'delta',
  ];
  writeFileSync(
    join(target, 'kernel.svg'),
    plot('Loading into the kernel: processor time', lines(kernel)),
  );
}

try {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  console.log(
    `${cpus().length} x ${cpus()[0]?.model}, ${memory}, Linux ${release()}, Node ${process.version}; ` +
      `${endpointsEach} endpoints a Service, medians of ${rounds}\n`,
  );
  console.log(
    '| what | wall s | processor s | peak MiB | beside | wall x | processor x | peak x |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  if (wants('start')) measureStart();
  if (wants('json')) for (const size of sizes) measureFormat('json', size);
  if (wants('yaml')) for (const size of yamlSizes) measureFormat('yaml', size);
  if (processes.canUseNft()) {
    if (wants('nft')) for (const size of sizes) measureNft(size);
    if (wants('kube-proxy')) for (const size of kubeProxySizes) measureKubeProxy(size);
  } else console.error('nft cannot be used here (root, nftables): its stages are left out');
  growth();
  if (flags.plots !== undefined) writePlots(flags.plots);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
