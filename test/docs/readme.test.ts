import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

test('the figures of "How it compares" are those of docs/performance.md', () => {
  const rows = readFileSync('docs/performance.md', 'utf8').split('\n');
  const measured = (services: string, what: string): string =>
    rows.find((row) => row.startsWith(`| ${services} | nftables | ${what}`)) ?? '';
  const told = readme.split('\n').filter((row) => /^\| (?:first|one|what runs)/.test(row));
  expect(told).toHaveLength(4);
  for (const row of told) {
    const services = /(?:20,000|5,000)/.exec(row)?.[0] ?? '';
    const from = measured(services, row.startsWith('| one') ? 'one endpoint changed' : 'first');
    const figures = row.match(/\d[\d.]* (?:s|MiB)\b/g) ?? [];
    expect(figures.length).toBeGreaterThan(0);
    for (const figure of figures) expect(from).toContain(`| ${figure} |`);
    const following = rows.find((each) => /^\| 5,000 \| [\d.]+ s \| \d+ ms \|/.test(each));
    for (const figure of row.match(/\d+ ms\b/g) ?? []) expect(following).toContain(`| ${figure} |`);
  }
});

test('is short', () => {
  const lines = readme.split('\n');
  expect(lines.length).toBeLessThan(120);
  expect(lines.indexOf('## The first minute')).toBeLessThan(40);
});

test('docs/README.md leads to every page', () => {
  const index = readFileSync('docs/README.md', 'utf8');
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(pages.filter((name) => !index.includes(`(${name}`))).toEqual([]);
  expect(existsSync('SECURITY.md')).toBe(true);
});
