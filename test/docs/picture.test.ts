/** The pictures of the README are what natc prints; `npm run docs` draws them, with a browser that of the report. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { visit } from '../support/browser.ts';
import { expectGolden, isUpdating } from '../support/golden.ts';
import { natc } from '../support/natc.ts';
import { pngText, withPngText } from '../support/png-text.ts';
import { terminalSvg } from '../support/terminal-svg.ts';

const settings = ['--node-name', 'node-a', '--cluster-cidr', '10.180.0.0/16', '-q'];

const folder = mkdtempSync(join(tmpdir(), 'natc-picture-'));
beforeAll(() => {
  for (const side of ['main', 'branch'])
    cpSync('fixtures/example/manifests', join(folder, side), { recursive: true });
  const edit = (name: string, from: string, to: string) => {
    const file = join(folder, 'branch', name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };
  edit('shop/web.yaml', '    - 203.0.113.0/24\n', '    - 0.0.0.0/0\n');
  edit('shop/images.yaml', '      port: 80\n', '      port: 8080\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('docs/images/diff.svg', () => {
  const shownSettings = [...settings, '--color', 'always'];
  const diff = natc(['diff', 'main', 'branch', ...shownSettings], { cwd: folder });
  const packet = ['192.0.2.7', '198.51.100.10:80'];
  const explained = natc(['explain', '-f', 'main', ...shownSettings, ...packet], { cwd: folder });
  expect([diff.exitCode, explained.exitCode]).toEqual([1, 1]);
  const [why = ''] = explained.stdout.split('\n\n\u001b[1mPath');
  const shown = `$ natc diff main branch\n${diff.stdout}\n$ natc explain -f main ${packet.join(' ')}\n${why}`;
  expectGolden('docs/images/diff.svg', terminalSvg(shown));
});

test('docs/images/report.png', async () => {
  const file = join(folder, 'report.html');
  const report = natc(['diff', 'main', 'branch', ...settings, '-o', 'html', '--out-file', file], {
    cwd: folder,
    env: { SOURCE_DATE_EPOCH: '1767225600' },
  });
  expect(report.exitCode).toBe(1);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const html = readFileSync(file, 'utf8');
  expect(html).toContain(`<dd>${version}</dd>`);
  expect(html).toContain('<dd>2026-01-01T00:00:00Z</dd>');
  // Another version is no other picture.
  const source = createHash('sha256').update(html.replace(version, '')).digest('hex');
  const picture = 'docs/images/report.png';
  if (isUpdating && pngText(readFileSync(picture)) !== source)
    await visit(file, async ({ page }) => {
      await page.setViewportSize({ width: 1280, height: 860 });
      writeFileSync(picture, withPngText(await page.screenshot(), source));
    });
  expect(pngText(readFileSync(picture)), `${picture}: npm run docs draws it`).toBe(source);
});
