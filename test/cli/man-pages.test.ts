import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { manPages } from '../../src/cli/man-pages.ts';

const pages = await manPages();

test('there is a page for natc and for each command', () => {
  const expected = ['natc.1', ...commands.map(({ name }) => `natc-${name}.1`)];
  expect([...pages.keys()].sort()).toEqual(expected.sort());
  for (const { name } of commands) expect(pages.get('natc.1')).toContain(name.replace(/-/g, '\\-'));
});

test('npm installs all of them: it takes a list, and no directory', () => {
  const { man } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(man).toEqual([...pages.keys()].sort().map((name) => `./dist/man/${name}`));
});

test('a page has what --help says: options, examples, exit statuses', () => {
  const page = pages.get('natc-apply.1') ?? '';
  for (const heading of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXAMPLES', 'EXIT STATUS'])
    expect(page).toContain(`.SH ${heading}\n`);
  expect(page).toContain('\\fB\\-\\-max\\-removals\\fR \\fI<percent>\\fR');
});

const hasGroff = spawnSync('groff', ['--version']).status === 0;

test.runIf(hasGroff)('groff finds nothing wrong with them', () => {
  for (const [name, page] of pages) {
    const args = ['-man', '-Tutf8', '-ww', '-z'];
    const { status, stderr } = spawnSync('groff', args, { input: page, encoding: 'utf8' });
    expect({ name, status, stderr }).toEqual({ name, status: 0, stderr: '' });
  }
});
