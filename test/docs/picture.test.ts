/** The picture of the README is what natc prints; `npm run docs` draws it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { natc } from '../support/natc.ts';
import { terminalSvg } from '../support/terminal-svg.ts';

const settings = [
  '--node-name',
  'node-a',
  '--cluster-cidr',
  '10.180.0.0/16',
  '-q',
  '--color',
  'always',
];

test('docs/images/diff.svg', () => {
  const folder = mkdtempSync(join(tmpdir(), 'natc-picture-'));
  try {
    for (const side of ['main', 'branch'])
      cpSync('fixtures/example/manifests', join(folder, side), { recursive: true });
    const edit = (name: string, from: string, to: string) => {
      const file = join(folder, 'branch', name);
      writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
    };
    edit('shop/web.yaml', '    - 203.0.113.0/24\n', '    - 0.0.0.0/0\n');
    edit('shop/images.yaml', '      port: 80\n', '      port: 8080\n');
    const diff = natc(['diff', 'main', 'branch', ...settings], { cwd: folder });
    const packet = ['192.0.2.7', '198.51.100.10:80'];
    const explained = natc(['explain', '-f', 'main', ...settings, ...packet], { cwd: folder });
    expect([diff.exitCode, explained.exitCode]).toEqual([1, 1]);
    const [why = ''] = explained.stdout.split('\n\n\u001b[1mPath');
    const shown = `$ natc diff main branch\n${diff.stdout}\n$ natc explain -f main ${packet.join(' ')}\n${why}`;
    expectGolden('docs/images/diff.svg', terminalSvg(shown));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
