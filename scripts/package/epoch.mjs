import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The time that packages carry, in seconds since 1970: $SOURCE_DATE_EPOCH, or that of the commit. So two
 * builds of one commit give the same bytes.
 *
 * @returns {number}
 */
export function sourceDateEpoch() {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined && given !== '') {
    if (!/^\d+$/.test(given))
      throw new Error(`SOURCE_DATE_EPOCH is no number of seconds: ${given}`);
    return Number(given);
  }
  try {
    const quiet = { cwd: root, encoding: 'utf8', stdio: 'pipe' };
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], quiet));
  } catch {
    throw new Error('this is no git clone: set SOURCE_DATE_EPOCH to the time of the release');
  }
}
