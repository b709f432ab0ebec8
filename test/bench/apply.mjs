/**
 * What `natc apply` costs on a node, by how much has changed since the last one: the whole command as a
 * process with JSON input, and nft's part of it (transaction and size of its script). Beside it stands
 * JSON.parse of the same file in a bare node process. Needs root; everything runs in a namespace.
 *
 *   node test/bench/apply.mjs [SERVICES...]     default: 100 1000 5000 20000, 10 endpoints each
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cluster, toJson } from './clusters.mjs';
import { inNamespace } from './in-namespace.mjs';

const natc = fileURLToPath(new URL('../../bin/natc.js', import.meta.url));
const endpointsEach = 10;

inNamespace(import.meta.url);

const sizes =
  process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 1000, 5000, 20_000];
const directory = mkdtempSync(join(tmpdir(), 'natc-bench-'));
const path = (name) => join(directory, name);

/** An nft that notes the time and the size of each transaction. */
const nft = execFileSync('sh', ['-c', 'command -v nft'], { encoding: 'utf8' }).trim();
writeFileSync(
  path('nft'),
  `#!/bin/sh
case "$1" in -f) ;; *) exec ${nft} "$@";; esac
cat > ${path('script')}
before=$(date +%s%N); ${nft} "$@" < ${path('script')}; status=$?
echo "$(( ($(date +%s%N) - before) / 1000 )) $(wc -c < ${path('script')})" >> ${path('log')}
exit $status
`,
);
chmodSync(path('nft'), 0o755);

/**
 * Moves an endpoint in each of the first `count` Services, from the middle of its Service's list to the
 * end: endpoints are numbered in order, so half of the numbers change.
 */
function withMoved(items, count) {
  const slices = items.filter(({ kind }) => kind === 'EndpointSlice').slice(0, count);
  const moved = new Map(
    slices.map((slice, index) => {
      const copy = structuredClone(slice);
      copy.endpoints[copy.endpoints.length >> 1].addresses[0] =
        `10.254.${index >> 8}.${index & 255}`;
      return [slice, copy];
    }),
  );
  return items.map((item) => moved.get(item) ?? item);
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function timed(command, args) {
  const begin = performance.now();
  const env = { ...process.env, PATH: `${directory}:${process.env.PATH}` };
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status} ${stderr}`);
  return (performance.now() - begin) / 1000;
}

function apply(file, rounds = 1) {
  const seconds = [];
  for (let round = 0; round < rounds; round++) {
    writeFileSync(path('log'), '');
    const options = ['--no-sysctl', '--state-dir', path('state'), '--max-removals', '100', '-q'];
    seconds.push(timed(process.execPath, [natc, 'apply', '-f', file, ...options]));
  }
  const [line] = readFileSync(path('log'), 'utf8').split('\n');
  const [micros, bytes] = (line || '0 0').split(' ').map(Number);
  return { seconds: median(seconds), nftSeconds: micros / 1e6, bytes };
}

const row = (...cells) => console.log(cells.map((cell) => String(cell).padStart(14)).join(''));
row('Services', 'change', 'command s', 'nft s', 'script bytes', 'x JSON.parse');
for (const size of sizes) {
  const items = cluster(size, endpointsEach);
  const inputs = {
    'everything new': items,
    nothing: items,
    '1 endpoint': withMoved(items, 1),
    '1 %': withMoved(items, Math.max(2, size / 100)),
  };
  for (const [name, list] of Object.entries(inputs)) {
    const file = path('input.json');
    writeFileSync(file, toJson(list));
    const parse = [1, 2, 3].map(() =>
      timed(process.execPath, ['-e', `JSON.parse(require('fs').readFileSync('${file}', 'utf8'))`]),
    );
    const { seconds, nftSeconds, bytes } = apply(file, name === 'nothing' ? 3 : 1);
    row(
      size,
      name,
      seconds.toFixed(2),
      nftSeconds.toFixed(3),
      bytes,
      (seconds / median(parse)).toFixed(2),
    );
  }
  execFileSync('nft', ['flush', 'ruleset']);
  rmSync(path('state'), { recursive: true });
}
rmSync(directory, { recursive: true });
