import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const json = (name: string) => JSON.parse(readFileSync(name, 'utf8'));
const { dependencies, devDependencies, scripts } = json('package.json');

/** The first cells of the table's rows. */
const namesIn = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^\| ([@\w./-]+)(?: \d[\d.]*)? \|/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'package' && name !== 'program');

test('docs/dependencies.md gives a reason for each package, and for no other', () => {
  const text = readFileSync('docs/dependencies.md', 'utf8');
  const [atRunTime = '', builtIn = '', forDevelopment = ''] = text.split(
    /^Built in,|^For development:|^The executable/m,
  );
  expect(namesIn(atRunTime).toSorted()).toEqual(Object.keys(dependencies).sort());
  expect([...new Set([...namesIn(builtIn), ...namesIn(forDevelopment)])].sort()).toEqual(
    Object.keys(devDependencies).sort(),
  );
});

test('no package has an install script', () => {
  const { packages } = json('package-lock.json');
  const scripted = Object.entries<{ hasInstallScript?: boolean; optional?: boolean }>(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    // fsevents, of macOS alone, carries what its script would build.
    .filter(([name, { optional }]) => !(optional && name === 'node_modules/fsevents'));
  expect(scripted).toEqual([]);
});

test('neither has natc: npm warns of each package that has one', () => {
  const ofInstalling = ['preinstall', 'install', 'postinstall', 'prepare'];
  expect(Object.keys(scripts).filter((name) => ofInstalling.includes(name))).toEqual([]);
});
