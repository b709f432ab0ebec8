/** docs/security.md promises nothing without a test: each row of its threat model names one that is there. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const page = readFileSync('docs/security.md', 'utf8');
const commands = readFileSync('docs/reference/commands.md', 'utf8');

const testFiles = (text: string): readonly string[] =>
  [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file);

const model = page.split('\n## Who gives natc what\n')[1]?.split('\n## ')[0] ?? '';

/** The rows of a section's table, without its head. */
const rows = (section: string): readonly string[] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1);

describe('docs/security.md', () => {
  test('names tests that are there', () => {
    const named = [...new Set(testFiles(page))];
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });

  test.each(model.split('\n### ').slice(1))('each row has a test: %s', (section) => {
    expect(rows(section)).not.toEqual([]);
    expect(rows(section).filter((row) => testFiles(row).length === 0)).toEqual([]);
  });

  test.each(['CVE-2020-8554', 'CVE-2020-8558', 'CVE-2021-25740'])(
    'has an option of natc against %s, and a test that says so',
    (cve) => {
      const row = rows(model).find((line) => line.startsWith(`| ${cve},`)) ?? '';
      const [, option = 'none'] = /`(--[\w-]+) /.exec(row) ?? [];
      expect(commands).toContain(`\n  ${option} <`);
      const [file = 'none'] = testFiles(row);
      expect(readFileSync(file, 'utf8')).toContain(cve);
    },
  );

  test('has links to its own sections only where they are', () => {
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    const linked = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(linked.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([]);
  });
});
