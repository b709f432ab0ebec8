/**
 * The command line as few files: finding and reading 150 modules is most of what a small compile takes.
 * `yaml` stays outside, since most runs do not need it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** @param {string} dist the compiled sources; the bundle goes into a folder of it */
export async function bundle(dist) {
  const modules = await rolldown({
    input: { main: join(dist, 'cli/main.js') },
    platform: 'node',
    external: ['yaml', /^node:/],
  });
  // As deep as cli/, so that URLs relative to a module stay right.
  const dir = join(dist, 'bundle');
  const { output } = await modules.write({ dir, format: 'esm', entryFileNames: '[name].js' });
  await modules.close();
  const packages = new Set(output.flatMap(({ moduleIds = [] }) => moduleIds.flatMap(packageOf)));
  writeFileSync(join(dir, 'LICENSES.txt'), [...packages].sort().map(licence).join('\n\n'));
}

/** The folder of the package that a module is in, or none for our own. */
function packageOf(module) {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module) ?? [];
  return folder === undefined ? [] : [folder];
}

function licence(folder) {
  const { name, license, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
  const text = file === undefined ? license : readFileSync(join(folder, file), 'utf8');
  return `${name} ${version}\n\n${text}`;
}
