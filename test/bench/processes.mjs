/** Runs the measured programs, each in a process of its own. Times are seconds, memory is MiB. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const natc = path('../../bin/natc.js');

function run(argv) {
  const [program, ...args] = argv;
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, CI: 'true' },
  });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr.slice(-2000)}`);
  return stdout;
}

/** A whole process: `{ wall, cpu, peak }`. */
export const whole = (...argv) => JSON.parse(run(['python3', path('measure.py'), ...argv]));

/** The stages that a script of this folder reports, by name. */
export const stagesOf = (script, ...args) =>
  JSON.parse(run([process.execPath, path(script), ...args]));

export const compileWhole = (file, out, ...flags) =>
  whole(process.execPath, natc, 'compile', '-q', '-f', file, '--out-file', out, ...flags);

/** What `natc apply` sends to a kernel without natc's tables. */
export const applyScript = (file, out, ...flags) =>
  writeFileSync(
    out,
    run([
      ...['unshare', '-n', process.execPath, natc, 'apply', '--dry-run', '-q', '-f', file],
      ...['--state-dir', `${out}-state`, '--force', ...flags],
    ]),
  );

export const compileAllNodes = (file, directory) =>
  whole(process.execPath, natc, 'compile', '-q', '-f', file, '--all-nodes', '--out-dir', directory);

export const helpWhole = () => whole(process.execPath, natc, '--help');

export const nodeWhole = (script) => whole(process.execPath, '-e', script);

/** Loads or checks rulesets one after the other in a new network namespace; only the last is timed. */
export const nftWhole = (files, ...flags) =>
  JSON.parse(
    run([
      ...['unshare', '-n', 'sh', '-c'],
      `${files
        .slice(0, -1)
        .map((file) => `nft -f ${file} && `)
        .join('')}exec python3 ${path('measure.py')} nft ${flags.join(' ')} -f ${files.at(-1)}`,
    ]),
  );

export const canUseNft = () =>
  spawnSync('unshare', ['-n', 'nft', 'list', 'ruleset'], { stdio: 'ignore' }).status === 0;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The medians of several `{ wall, cpu, peak }`. */
export const medians = (samples) => ({
  wall: median(samples.map(({ wall }) => wall)),
  cpu: median(samples.map(({ cpu }) => cpu)),
  peak: median(samples.map(({ peak }) => peak)),
});
