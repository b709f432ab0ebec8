import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What a program prints. Its messages go to the terminal only where it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').ExecFileSyncOptions} options
 * @returns {string}
 */
export function output(command, args, options = {}) {
  const settings = { encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 28, ...options };
  return execFileSync(command, args, settings);
}

/** As package.json has it. */
export const author = () =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).author;
