/**
 * `npm run fuzz -- --seconds N [--target NAME] [--seed N]`: coverage-guided fuzzing of everything that
 * reads what others wrote, N seconds a target (default 60), then what natc reads of YAML and JSON against what
 * kubectl's own packages read (go-yaml). What is found is printed and kept in node_modules/.cache/natc-fuzz: a file
 * of it in test/fuzz/corpus/TARGET is run by the tests for ever; beside one in go-yaml is NAME.json with what kubectl
 * reads, which is "error" where it refuses.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { root } from '../../scripts/setup.mjs';
import { fuzz } from './fuzzer.mjs';
import { compareWithGo } from './go-yaml.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!Number.isInteger(seconds) || seconds < 1 || !Number.isInteger(seed)) {
  console.error('--seconds and --seed must be whole numbers');
  process.exit(2);
}

const cache = join(root, 'node_modules/.cache/natc-fuzz');
mkdirSync(cache, { recursive: true });

/** The sources in one file, so that the coverage of one script is that of natc. */
async function load(entry, name) {
  const file = join(cache, `${name}.mjs`);
  const modules = await rolldown({ input: join(root, entry), platform: 'node' });
  await modules.write({ file, format: 'esm', codeSplitting: false });
  await modules.close();
  return import(file);
}

const { targets } = await load('test/fuzz/targets.ts', 'targets');
const names = values.target === undefined ? [...Object.keys(targets), 'go-yaml'] : [values.target];
const unknown = names.find((name) => !(name in targets) && name !== 'go-yaml');
if (unknown !== undefined) {
  console.error(`no target ${unknown}; there are ${Object.keys(targets).join(', ')}, go-yaml`);
  process.exit(2);
}

const kept = (name) => {
  const folder = join(root, 'test/fuzz/corpus', name);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => !file.endsWith('.json'))
        .map((file) => readFileSync(join(folder, file), 'utf8'))
    : [];
};

let isBad = false;
let interesting = [];
for (const name of names) {
  console.log(`== ${name}, ${seconds} s, seed ${seed}`);
  if (name === 'go-yaml') {
    const documents = await load('test/fuzz/read-document.ts', 'read-document');
    const first = [...kept(name), ...interesting];
    isBad = compareWithGo(documents, { root, cache, seconds, seed, first }) || isBad;
    continue;
  }
  const { seeds, run } = targets[name];
  const { found, runs, corpus } = fuzz('/targets.mjs', run, [...seeds(), ...kept(name)], {
    seconds,
    seed,
  });
  if (name === 'yaml') interesting = corpus;
  console.log(`${runs} inputs, ${corpus.length} kept`);
  if (found === undefined) continue;
  isBad = true;
  const file = join(cache, `found-${name}-${seed}`);
  writeFileSync(file, found.text);
  console.error(found.error, `\nfound with\n${JSON.stringify(found.text)}\nwhich is in ${file}`);
}
process.exit(isBad ? 1 : 0);
