import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { archiveName, buildArchive } from './archive.mjs';
import { copyrightFile } from './copyright.mjs';
import { buildDeb, debName } from './deb.mjs';
import { sourceDateEpoch } from './epoch.mjs';
import { buildExecutable } from './executable.mjs';
import { buildRpm, rpmName } from './rpm.mjs';
import { layTree } from './tree.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const natcVersion = () =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** @type {readonly ('executable' | 'archive' | 'deb' | 'rpm')[]} */
export const forms = ['executable', 'archive', 'deb', 'rpm'];

/**
 * Makes packages of dist/ for one architecture.
 *
 * @param {{ architecture: 'x64' | 'arm64', only: readonly string[], folder: string, fast: boolean }} wanted
 * @returns {Promise<{ files: readonly string[], packages: readonly string[] }>} the files made, and the folders
 *   of the npm packages that are in them
 */
export async function buildPackages({ architecture, only, folder, fast }) {
  // What a package installs is for everybody to read.
  process.umask(0o022);
  mkdirSync(folder, { recursive: true });
  const version = natcVersion();
  const executable = join(folder, `natc-linux-${architecture}`);
  const { licences, packages } = await buildExecutable(architecture, executable);
  const made = [executable];
  if (only.every((form) => form === 'executable')) return { files: made, packages };
  const epoch = sourceDateEpoch();
  const copyright = copyrightFile(licences);
  const common = { version, architecture, epoch };
  if (only.includes('archive')) {
    const file = join(folder, archiveName(version, architecture));
    buildArchive({ ...common, executable, copyright, file, fast });
    made.push(file);
  }
  const inTree = (zshFunctions, build) => {
    const tree = mkdtempSync(join(tmpdir(), 'natc-tree-'));
    chmodSync(tree, 0o755);
    try {
      layTree(tree, { executable, copyright, zshFunctions });
      build(tree);
    } finally {
      rmSync(tree, { recursive: true, force: true });
    }
  };
  if (only.includes('deb')) {
    const file = join(folder, debName(version, architecture));
    // One level of xz: nine make a seventh less of it, and take seven times as long.
    const compression = fast ? '-Znone' : '-Zxz -z1';
    inTree('usr/share/zsh/vendor-completions', (tree) =>
      buildDeb(tree, { ...common, file, compression }),
    );
    made.push(file);
  }
  if (only.includes('rpm')) {
    const file = join(folder, rpmName(version, architecture));
    inTree('usr/share/zsh/site-functions', (tree) => buildRpm(tree, { ...common, file, fast }));
    made.push(file);
  }
  return { files: made, packages };
}
