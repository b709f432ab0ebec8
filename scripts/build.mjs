/** `npm run build`: src/ to dist/ and its bundle, with nothing left of sources that are gone. */
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from './setup.mjs';

const fresh = join(root, 'dist.new');
const dist = join(root, 'dist');

rmSync(fresh, { recursive: true, force: true });
const started = new Date();
const status = run(process.execPath, [
  'node_modules/typescript/bin/tsc',
  '-p',
  'tsconfig.build.json',
  '--outDir',
  'dist.new',
]);
if (status === 0) {
  // Only now: what it imports needs a Node.js that setup.mjs has looked at.
  const { bundle } = await import('./bundle.mjs');
  await bundle(fresh);
  const { manPages } = await import(pathToFileURL(join(fresh, 'cli/man-pages.js')).href);
  mkdirSync(join(fresh, 'man'));
  for (const [name, page] of await manPages()) writeFileSync(join(fresh, 'man', name), page);
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  // The time of the sources it was made from, so that an edit during the build counts as newer.
  utimesSync(dist, started, started);
} else {
  rmSync(fresh, { recursive: true, force: true });
}
process.exit(status);
