/**
 * natc and Node.js as one file: a single executable application of Node.js whose assets are the chunks of
 * the bundle. Neither a code cache nor a snapshot is in it, since both differ from build to build.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { commandLine, licences, packagesOf } from '../bundle.mjs';
import { nodeFolder, nodeVersion } from './node-binaries.mjs';
import { output } from './run.mjs';

const loader = fileURLToPath(new URL('loader.cjs', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Writes the executable.
 *
 * @param {'x64' | 'arm64'} architecture
 * @param {string} file
 * @returns {Promise<{ licences: string, packages: readonly string[] }>} the licences of all that is in it beside
 *   natc's own, and the folders of the packages that have something in it
 */
export async function buildExecutable(architecture, file) {
  const work = mkdtempSync(join(tmpdir(), 'natc-executable-'));
  try {
    const chunks = await bundleAsAssets(work);
    copyFileSync(loader, join(work, 'loader.cjs'));
    // Names without folders: the blob keeps that of the main script.
    const settings = {
      main: 'loader.cjs',
      output: 'natc.blob',
      disableExperimentalSEAWarning: true,
      // What $NODE_OPTIONS says is for programs that are written in JavaScript.
      execArgvExtension: 'none',
      assets: Object.fromEntries(chunks.names.map((name) => [name, name])),
    };
    writeFileSync(join(work, 'sea.json'), JSON.stringify(settings));
    const builder = join(nodeFolder(process.arch), 'bin/node');
    output(builder, ['--experimental-sea-config', 'sea.json'], { cwd: work });
    const node = nodeFolder(architecture);
    const made = join(work, 'natc');
    copyFileSync(join(node, 'bin/node'), made);
    await injectBlob(made, readFileSync(join(work, 'natc.blob')));
    chmodSync(made, 0o755);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(made, file);
    const node_ = `Node.js ${nodeVersion}\n\n${readFileSync(join(node, 'LICENSE'), 'utf8')}`;
    return { licences: `${node_}\n\n${chunks.licences}`, packages: chunks.packages };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The bundle as CommonJS, which is all that an executable can start with, in a folder. */
async function bundleAsAssets(folder) {
  const format = { dir: folder, format: 'cjs', entryFileNames: '[name].js' };
  // The loader hands out require(), not import().
  const required = { ...format, dynamicImportInCjs: false, chunkFileNames: '[name].js' };
  const natc = await commandLine(join(root, 'dist'), [forExecutable(await workerText())]);
  const { output: own } = await natc.write(required);
  const yaml = await rolldown({
    cwd: root,
    input: { yaml: join(root, 'node_modules/yaml/dist/index.js') },
    platform: 'node',
  });
  const { output: package_ } = await yaml.write(format);
  const all = [...own, ...package_];
  const names = all.map(({ fileName }) => basename(fileName)).sort();
  return { names, licences: licences(all), packages: packagesOf(all) };
}

/** What looks for files beside it has none there. */
const forExecutable = (worker) => ({
  name: 'natc-executable',
  load(id) {
    if (id.endsWith('/dist/cli/version.js')) {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      return `export const version = () => ${JSON.stringify(version)};`;
    }
    if (id.endsWith('/dist/read/yaml-package.js'))
      return "export const yamlPackage = () => require('yaml');";
    if (id.endsWith('/dist/host/serve/worker-program.js'))
      return `export const workerProgram = () => ({ program: ${JSON.stringify(worker)}, eval: true });`;
    return null;
  },
});

/** The thread that answers health checks, as one script. */
async function workerText() {
  const worker = await rolldown({
    cwd: root,
    input: join(root, 'dist/host/serve/worker.js'),
    platform: 'node',
  });
  const { output: chunks } = await worker.generate({ format: 'cjs' });
  return chunks[0].code;
}

async function injectBlob(executable, blob) {
  const { warn } = console;
  // It warns of notes in Node's binary that have no name.
  console.warn = () => {};
  try {
    const { inject } = await import('postject');
    await inject(executable, 'NODE_SEA_BLOB', blob, {
      sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
    });
  } finally {
    console.warn = warn;
  }
}
