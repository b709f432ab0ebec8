import { execFileSync } from 'node:child_process';

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
