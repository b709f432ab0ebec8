/**
 * What a fresh clone lacks, installed when it is needed. Plain Node without dependencies: this runs
 * before anything is installed.
 */
import './check-node.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command with its output on the terminal; returns its exit status. */
export function run(command, args, environment = {}) {
  const env = { ...process.env, ...environment };
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/** The same, but a failure ends this process with the command's status. */
export function mustRun(command, args) {
  const status = run(command, args);
  if (status !== 0) process.exit(status);
}

export function installNpmPackages() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const wanted = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  console.error('Installing npm packages ...');
  // The scripts build by themselves, when something is out of date. What they print on stdout is their own.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', args, { cwd: root, stdio: ['inherit', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Installs what is missing of the given Debian packages, when this is Debian and we are root. A
 * failure is only reported: what needs the packages says so itself.
 */
export function installDebianPackages(names) {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    console.error(`Not installed (this needs root on Debian or Ubuntu): ${missing.join(' ')}`);
    return;
  }
  console.error(`Installing ${missing.join(' ')} ...`);
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing];
  if (run('apt-get', ['update', '-qq'], quiet) !== 0 || run('apt-get', install, quiet) !== 0) {
    console.error(`Could not install: ${missing.join(' ')}`);
  }
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg', ['-s', name], { encoding: 'utf8' });
  return stdout?.includes('Status: install ok installed') === true;
}

/** The Debian packages that the kernel tests need. */
export function kernelTestPackages() {
  const list = readFileSync(join(root, 'test/support/kernel-packages.txt'), 'utf8');
  return list.split('\n').filter((name) => name !== '');
}

/** What is large, or changes a machine: only CI installs it by itself, and only where it is missing. */
export function ciTestPackages() {
  if (['', '0', 'false'].includes(process.env['CI'] ?? '')) return [];
  const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const hasBrowser = browsers.some((path) => existsSync(path));
  const hasSystemd = existsSync('/usr/bin/systemd-analyze');
  const shells = ['zsh', 'fish'];
  return [...shells, ...(hasBrowser ? [] : ['chromium']), ...(hasSystemd ? [] : ['systemd'])];
}

/** Compiles src/ to dist/ when a source is newer than the last build. */
export function buildIfStale() {
  if (isBuildStale()) mustRun(process.execPath, ['scripts/build.mjs']);
}

export function isBuildStale() {
  if (!existsSync(join(root, 'dist/bundle/main.js'))) return true;
  const built = statSync(join(root, 'dist')).mtimeMs;
  return newest('src') > built || newest('tsconfig.build.json') > built;
}

function newest(path) {
  const full = join(root, path);
  const info = statSync(full);
  if (!info.isDirectory()) return info.mtimeMs;
  // A directory's own time tells of files that were added or removed.
  const times = readdirSync(full).map((name) => newest(join(path, name)));
  return Math.max(info.mtimeMs, ...times);
}
