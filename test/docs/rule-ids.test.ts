import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ruleIds } from '../support/rule-ids.ts';

const known = ruleIds();
const letters = [...new Set([...known].map((id) => id.replace(/\d+/, '')))].join('|');
const files = ['src', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|mjs)$/.test(name))
    .map((name) => `${folder}/${name}`),
);

/** Line and block comments, roughly: a string with `//` after a space counts as one too. */
const commentsOf = (path: string): string =>
  [...readFileSync(path, 'utf8').matchAll(/\/\*[\s\S]*?\*\/|(?:^|\s)\/\/.*$/gm)].join('\n');

describe('the rules that comments cite', () => {
  test('are in docs/rules.md', () => {
    expect(known.size).toBeGreaterThan(200);
    const id = new RegExp(`(?<![\\w.-])(?:${letters})[1-9]\\d?(?![\\w.:-])`, 'g');
    const cited = files.flatMap((path) =>
      [...commentsOf(path).matchAll(id)].map(([found]) => `${path}: ${found}`),
    );
    expect(cited.length).toBeGreaterThan(200);
    expect(cited.filter((one) => !known.has(one.replace(/.*: /, '')))).toEqual([]);
  });

  test('are cited by id, not by the section of a text that is elsewhere', () => {
    const bySection = /\b(?:sections? \d|semantics\.md|semantics [A-Z]?\d)/;
    expect(files.filter((path) => bySection.test(commentsOf(path)))).toEqual([]);
  });
});
