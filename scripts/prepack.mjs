/**
 * npm runs this before packing. An installation without development packages has no compiler, and needs none: it keeps
 * the dist/ it has. It is no `prepare`, of which npm warns everybody who installs what was packed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, root } from './setup.mjs';

if (existsSync(join(root, 'node_modules/typescript/bin/tsc'))) {
  mustRun(process.execPath, ['scripts/build.mjs']);
} else {
  console.error('natc: no TypeScript compiler installed, dist/ is left as it is');
}
