/** What a package installs, as a tree of files below a folder. */
import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { output } from './run.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The units, none of which is enabled: each needs to be told of a cluster first. */
export const units = [
  'natc.service',
  'natc.timer',
  'natc-verify.service',
  'natc-verify.timer',
  'natc-follow.service',
  'natc-rules.service',
];

/** Where shells look for completions of packages; zsh's place is each distribution's own. */
const completions = (zsh) => ({
  bash: 'usr/share/bash-completion/completions/natc',
  zsh: `${zsh}/_natc`,
  fish: 'usr/share/fish/vendor_completions.d/natc.fish',
});

const settings = `# Read by natc.service and natc-verify.service. The flags that kube-proxy had, above all:
#NATC_FLAGS="--cluster-cidr 10.244.0.0/16"
# The kubeconfig is /etc/natc/kubeconfig; systemctl enable --now natc.timer natc-verify.timer starts the work.
`;

/**
 * Fills a folder with all that a .deb or .rpm installs.
 *
 * @param {string} folder
 * @param {{ executable: string, copyright: string, zshFunctions: string }} parts the executable's file,
 *   the text of the copyright file, and the folder of zsh's completions
 */
export function layTree(folder, { executable, copyright, zshFunctions }) {
  const put = (path, data, mode = 0o644) => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true, mode: 0o755 });
    writeFileSync(full, data);
    chmodSync(full, mode);
  };
  const putZipped = (path, name) => put(`${path}.gz`, zipped(readFileSync(join(root, name))));
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  copyFileSync(executable, join(folder, 'usr/bin/natc'));
  chmodSync(join(folder, 'usr/bin/natc'), 0o755);
  for (const unit of units)
    put(`usr/lib/systemd/system/${unit}`, readFileSync(join(root, 'docs/deploy', unit)));
  for (const page of manPages()) putZipped(`usr/share/man/man1/${page}`, `dist/man/${page}`);
  for (const [shell, path] of Object.entries(completions(zshFunctions)))
    put(path, completionFor(shell));
  put('etc/default/natc', settings);
  mkdirSync(join(folder, 'etc/natc'), { recursive: true });
  chmodSync(join(folder, 'etc/natc'), 0o700);
  put('usr/share/doc/natc/copyright', copyright);
  putZipped('usr/share/doc/natc/changelog', 'CHANGELOG.md');
  put('usr/share/doc/natc/natc.cron', readFileSync(join(root, 'docs/deploy/natc.cron')));
}

/** The names of the manual pages. */
export const manPages = () => readdirSync(join(root, 'dist/man')).sort();

/** @param {string} shell */
export const completionFor = (shell) =>
  output(process.execPath, [join(root, 'bin/natc.js'), 'completion', shell]);

/** Without a time, so that the same gives the same. */
const zipped = (data) => gzipSync(data, { level: 9 });

/** Gives all that a folder holds one time, in seconds since 1970. */
export function setTimes(folder, epoch) {
  for (const name of readdirSync(folder, { recursive: true }))
    lutimesSync(join(folder, name), epoch, epoch);
  lutimesSync(folder, epoch, epoch);
}
