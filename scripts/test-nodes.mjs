/**
 * `npm run test:nodes`: the tests that need no kernel, with the oldest and the newest supported Node.js and
 * those that live long in between. Arguments go to vitest: `npm run test:nodes -- test/cli`.
 *
 *   NODES=20.19.0,22 npm run test:nodes   only these
 */

import { delimiter, join } from 'node:path';
import { buildIfStale, installNpmPackages, root, run } from './setup.mjs';

installNpmPackages();
buildIfStale();
const { installNode } = await import('./package/node-binaries.mjs');
const { output } = await import('./package/run.mjs');

const wanted = process.env['NODES'] ?? '20.19.0,22,24,latest';
/** Those that do nothing else, and those of the executable, which has a Node.js of its own. */
const left = ['test/kernel/**', 'test/kernel-iptables/**', 'test/package/**'];
/** The others that need a kernel skip themselves. */
const environment = { NATC_NO_KERNEL: '1' };
const args = ['run', ...left.flatMap((pattern) => ['--exclude', pattern])];

const failed = [];
for (const each of wanted.split(',')) {
  const version = newest(`node-linux-${process.arch}@${each}`);
  const bin = join(installNode(process.arch, version), 'bin');
  console.log(`\n== Node.js ${version}`);
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), ...args, ...process.argv.slice(2)];
  const path = `${bin}${delimiter}${process.env['PATH']}`;
  if (run(join(bin, 'node'), vitest, { ...environment, PATH: path }) !== 0) failed.push(version);
}
if (failed.length > 0) {
  console.error(`natc: tests failed with Node.js ${failed.join(', ')}`);
  process.exit(1);
}

/** The newest version that a name of packages with a range or a tag stands for. */
function newest(spec) {
  const versions = [JSON.parse(output('npm', ['view', spec, 'version', '--json']))].flat();
  return versions.sort(byNumbers).at(-1);
}

function byNumbers(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}
