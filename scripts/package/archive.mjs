/** An archive to unpack anywhere: the executable, its manual pages, completions and units. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from './run.mjs';
import { completionFor, manPages, units } from './tree.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const archiveName = (version, architecture) =>
  `natc-${version}-linux-${architecture}.tar.gz`;

export function buildArchive({ executable, copyright, version, architecture, epoch, file, fast }) {
  const work = mkdtempSync(join(tmpdir(), 'natc-archive-'));
  try {
    const name = `natc-${version}-linux-${architecture}`;
    const folder = join(work, name);
    for (const part of ['man/man1', 'completions', 'systemd'])
      mkdirSync(join(folder, part), { recursive: true });
    copyFileSync(executable, join(folder, 'natc'));
    for (const each of ['LICENSE', 'README.md', 'CHANGELOG.md'])
      copyFileSync(join(root, each), join(folder, each));
    writeFileSync(join(folder, 'COPYRIGHT'), copyright);
    for (const page of manPages())
      copyFileSync(join(root, 'dist/man', page), join(folder, 'man/man1', page));
    for (const unit of units)
      copyFileSync(join(root, 'docs/deploy', unit), join(folder, 'systemd', unit));
    const scripts = { bash: 'natc.bash', zsh: '_natc', fish: 'natc.fish' };
    for (const [shell, script] of Object.entries(scripts))
      writeFileSync(join(folder, 'completions', script), completionFor(shell));
    const same = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner'];
    const format = [
      '--format=gnu',
      '--mode=u+rwX,go+rX,go-w',
      `--use-compress-program=gzip -n ${fast ? '-1' : '-6'}`,
    ];
    output('tar', [...same, ...format, '-cf', file, '-C', work, name]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
