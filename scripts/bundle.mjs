/**
 * The command line as few files: finding and reading 150 modules is most of what a small compile takes.
 * `yaml` and execa stay outside, since most runs need neither.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const bundled = ['commander', 'ipaddr.js'];

/** @param {string} dist the compiled sources; the bundle goes into a folder of it */
export async function bundle(dist) {
  const modules = await rolldown({
    input: { main: join(dist, 'cli/main.js') },
    platform: 'node',
    external: ['yaml', 'execa', /^node:/],
  });
  // As deep as cli/, so that URLs relative to a module stay right.
  const dir = join(dist, 'bundle');
  await modules.write({ dir, format: 'esm', entryFileNames: '[name].js' });
  await modules.close();
  writeFileSync(join(dir, 'LICENSES.txt'), bundled.map(licence).join('\n\n'));
}

function licence(name) {
  const text = readFileSync(new URL(`../node_modules/${name}/LICENSE`, import.meta.url), 'utf8');
  return `${name}\n\n${text}`;
}
