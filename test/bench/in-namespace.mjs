import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const inside = 'NATC_BENCH_NAMESPACE';

/**
 * Starts a benchmark anew in a network namespace of its own, and ends with its exit status; there it returns.
 *
 * @param {string} url of the benchmark, `import.meta.url`
 */
export function inNamespace(url) {
  if (process.env[inside] !== undefined) return;
  const args = ['-n', process.execPath, fileURLToPath(url), ...process.argv.slice(2)];
  const env = { ...process.env, [inside]: '1' };
  const { status } = spawnSync('unshare', args, { stdio: 'inherit', env });
  process.exit(status ?? 1);
}
