/**
 * `npm run package`: natc as an executable without Node.js, a .deb, an .rpm and an archive with it.
 *
 *   --arch x64,arm64                    which; this machine's unless told
 *   --only executable,deb,rpm,archive   what; all for which the tools are there unless told
 *   --out FOLDER                        where; out/ unless told
 *   --fast                              packages hardly compressed, for tests
 */

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale, installNpmPackages, root } from './setup.mjs';

installNpmPackages();
buildIfStale();
// Only now: what they import has to be installed.
const { buildPackages, forms } = await import('./package/build.mjs');
const { architectures } = await import('./package/node-binaries.mjs');
const { hasRpmbuild } = await import('./package/rpm.mjs');
const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    only: { type: 'string' },
    out: { type: 'string', default: join(root, 'out') },
    fast: { type: 'boolean', default: false },
  },
});
const only = values.only?.split(',') ?? forms.filter((form) => form !== 'rpm' || hasRpmbuild());
const unknown = [
  ...only.filter((form) => !forms.includes(form)),
  ...values.arch.split(',').filter((each) => !architectures.includes(each)),
];
if (unknown.length > 0) {
  console.error(`natc: no form and no architecture of a package: ${unknown.join(' ')}`);
  process.exit(2);
}
for (const architecture of values.arch.split(',')) {
  const wanted = { architecture, only, folder: resolve(values.out), fast: values.fast };
  for (const file of (await buildPackages(wanted)).files) console.log(file);
}
