/**
 * `npm run bench`: what each stage costs, beside the least it could cost on the same machine at the
 * same time. Everything runs in processes of its own, interleaved, and medians are shown.
 *
 *   --quick        100 and 1,000 Services, three rounds
 *   --rounds N     how often each is measured, 5 if not said
 *   --plots DIR    writes the plots there
 *   --only NAME    json, yaml, nft, all-nodes or start
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAllNodes } from './all-nodes.mjs';
import { cluster, toJson, toYaml } from './clusters.mjs';
import { kernelNames, measureKernel, measureLarge } from './kernel.mjs';
import { plot } from './plot.mjs';
import * as processes from './processes.mjs';
import { add, addStages, growthRow, heading, measured, row } from './table.mjs';

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
const directory = mkdtempSync(join(tmpdir(), 'natc-bench-'));
const file = (name) => join(directory, name);

const stageNames = ['read', 'model', 'plan', 'ruleset', 'render'];

function measureFormat(format, size) {
  const name = file(`${size}.${format}`);
  const items = cluster(size, endpointsEach);
  const print = format === 'json' ? toJson : toYaml;
  writeFileSync(name, print(items));
  const changed = file(`${size}-changed.${format}`);
  writeFileSync(changed, print(withOtherEndpoint(items)));
  const state = file(`${size}-${format}-state`);
  const out = file(`${size}.nft`);
  processes.compileWhole(changed, out, '--state-dir', state);
  const parsers = format === 'json' ? ['json'] : ['js-yaml', 'yaml'];
  for (let round = 0; round < rounds; round++) {
    for (const parser of parsers) {
      addStages(`${size} ${parser}`, processes.stagesOf('parse.mjs', parser, name));
      add(
        `${size} ${parser} process`,
        processes.whole(process.execPath, parseScript, parser, name),
      );
    }
    add(`${size} ${format} compile`, processes.compileWhole(name, out));
    addStages(`${size} ${format}`, processes.stagesOf('stages.mjs', name));
    add(
      `${size} ${format} one object changed`,
      processes.compileWhole(round % 2 === 0 ? name : changed, out, '--state-dir', state),
    );
  }
  rmSync(name);
  rmSync(changed);
  const floor = format === 'json' ? 'json' : 'js-yaml';
  for (const parser of parsers) row(`${size} ${parser} process`);
  row(`${size} ${format} compile`, `${size} ${floor} process`);
  if (format === 'yaml') row(`${size} yaml compile`, `${size} yaml process`);
  row(`${size} ${format} one object changed`, `${size} ${format} compile`);
  for (const stage of stageNames) row(`${size} ${format} ${stage}`, `${size} ${floor} parse`);
}

/** One pod in the middle of the cluster has another address. */
function withOtherEndpoint(items) {
  const copy = [...items];
  const index = Math.floor(items.length * 0.75);
  const [first, ...others] = items[index].endpoints;
  copy[index] = {
    ...items[index],
    endpoints: [{ ...first, addresses: ['10.250.0.7'] }, ...others],
  };
  return copy;
}

const parseScript = new URL('parse.mjs', import.meta.url).pathname;

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
  console.log('| what | wall x | processor x | peak x |\n|---|---|---|---|');
  for (const stage of ['process', ...stageNames, 'compile']) growthRow(`json ${stage}`, from, to);
  for (const name of kernelNames) growthRow(name, from, to);
}

function writePlots(target) {
  mkdirSync(target, { recursive: true });
  const line = (name) =>
    sizes.flatMap((size) => {
      const found = measured(`${size} ${name}`);
      return found === undefined ? [] : [[size, found.cpu]];
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
  writeFileSync(
    join(target, 'kernel.svg'),
    plot('Loading into the kernel: processor time', lines(kernelNames)),
  );
}

try {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  console.log(
    `${cpus().length} x ${cpus()[0]?.model}, ${memory}, Linux ${release()}, Node ${process.version}; ` +
      `${endpointsEach} endpoints a Service, medians of ${rounds}\n`,
  );
  heading();
  if (wants('start')) measureStart();
  if (wants('json')) for (const size of sizes) measureFormat('json', size);
  if (wants('yaml')) for (const size of yamlSizes) measureFormat('yaml', size);
  if (wants('all-nodes')) {
    if (flags.quick) measureAllNodes(200, 5, 20, rounds, file);
    else measureAllNodes(2000, 50, 200, rounds, file);
  }
  if (wants('nft') && processes.canUseNft()) {
    for (const size of sizes) measureKernel(size, endpointsEach, rounds, file);
    if (!flags.quick) measureLarge(44_000, 2, rounds, file);
  } else if (wants('nft'))
    console.error('nft cannot be used here (root, nftables): its stages are left out');
  growth();
  if (flags.plots !== undefined) writePlots(flags.plots);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
