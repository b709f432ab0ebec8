import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

test.each(pages)('the links of %s lead somewhere', (page) => {
  const text = readFileSync(page, 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  const files = targets
    .filter((target) => !/^(https?:|#)/.test(target))
    .map((target) => join(dirname(page), target.replace(/#.*$/, '')));
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
