/**
 * `npm run release`: all that a release has, in out/: packages for both architectures, the npm package, what
 * they are made of, and their checksums. Of a commit without changes, and the same bytes every time.
 *
 *   --out FOLDER   where; out/ unless told
 *   --unaudited    also where the npm registry cannot be asked for vulnerabilities
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale, installDebianPackages, installNpmPackages, root } from './setup.mjs';

installNpmPackages();
installDebianPackages(['rpm']);
buildIfStale();
const { audit } = await import('./audit.mjs');
const { buildPackages, forms, natcVersion } = await import('./package/build.mjs');
const { sourceDateEpoch } = await import('./package/epoch.mjs');
const { architectures } = await import('./package/node-binaries.mjs');
const { output } = await import('./package/run.mjs');
const { softwareBill } = await import('./package/sbom.mjs');

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'out') },
    unaudited: { type: 'boolean', default: false },
  },
});
const folder = resolve(values.out);
const version = natcVersion();
refuseUnready();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const packages = new Set();
for (const architecture of architectures) {
  const made = await buildPackages({ architecture, only: forms, folder, fast: false });
  for (const each of made.packages) packages.add(each);
  for (const file of made.files) console.log(basename(file));
}
output('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
writeFileSync(
  join(folder, `natc-${version}.cdx.json`),
  softwareBill([...packages], sourceDateEpoch()),
);
const names = readdirSync(folder).sort();
const sums = names.map((name) => `${sha256(join(folder, name))}  ${name}\n`);
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
console.log(`natc ${version}: ${names.length} files and SHA256SUMS in ${folder}`);

/** A release is of a commit, and its changes are written down. */
function refuseUnready() {
  const problems = [];
  const git = (...args) => output('git', args, { cwd: root }).trim();
  if (git('status', '--porcelain') !== '') problems.push('the work tree has changes');
  const changes = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
  if (!changes.includes(`\n## ${version}`)) problems.push(`CHANGELOG.md has no section ${version}`);
  const { status, says } = audit();
  if (status === 2 && values.unaudited) console.error(`natc: ${says}`);
  else if (status !== 0) problems.push(status === 1 ? says : `${says} (--unaudited goes on)`);
  if (problems.length === 0) return;
  console.error(`natc: no release: ${problems.join(', and ')}`);
  process.exit(1);
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
