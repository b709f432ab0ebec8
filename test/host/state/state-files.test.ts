/** The one list of natc's files in the state directory. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forgetFilesOf, isAmong, sharedStateFiles } from '../../../src/host/state/state-files.ts';
import { iptablesFiles } from '../../../src/iptables/host/state-files.ts';
import { nftablesFiles } from '../../../src/nftables/host/state-files.ts';

const stateFiles = [...sharedStateFiles, ...nftablesFiles, ...iptablesFiles];

const sources = ['src/host', 'src/nftables/host', 'src/iptables/host', 'src/cli'].flatMap(
  (folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => ({
        path: join(folder, path),
        text: readFileSync(join(folder, path), 'utf8'),
      })),
);
const writers = sources.filter(
  ({ path, text }) => /\bwriteState\(/.test(text) && path !== 'src/host/state/state-file.ts',
);

/** A name of a file in quotes or backticks, with what is put into it. */
const fileName = /['`]([a-z][\w-]*(?:\$\{[^}`]*\}[\w-]*)?(?:\.[a-z]+)+)['`]/g;

const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(fileName)]
    .map(([, name = '']) => name)
    .filter((name) => /\.(?:json|gz|pack)$/.test(name));

const withStar = (name: string): string => name.replace(/\$\{.*\}|DIGEST|OPTIONS/, '*');

test.each(writers)('what $path writes is on the list', ({ text }) => {
  const names = namesIn(text).map(withStar);
  const known = stateFiles.map(withStar);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});

test('the list is looked for where it is written', () => {
  expect(writers.length).toBeGreaterThan(8);
  const inserted = '$' + '{a(b)}';
  expect(namesIn(`const x = 'new.json', y = \`of-${inserted}.changes.gz\`;`).map(withStar)).toEqual(
    ['new.json', 'of-*.changes.gz'],
  );
});

const docs = readFileSync('docs/apply.md', 'utf8');

test.each(stateFiles)('docs/apply.md says what is in %s', (name) => {
  expect(docs).toContain(`\`${name}\``);
});

const digest = '0123456789abcdef'.repeat(2);
const ours = stateFiles.map((name) =>
  name.replace('DIGEST', digest).replace('OPTIONS', digest.slice(16)),
);
const halfWritten = ours.map((name) => `.${name}.0123456789abcdef`);
const others = [
  ...[
    'lock',
    'notes.json',
    'settled.json.bak',
    'revision-.gz',
    'revision-notes.gz',
    'my-settled.json',
  ],
  ...[
    'compiled-notes.txt',
    `compiled-${digest}.gz.old`,
    '.notes.json.0123456789abcdef',
    '.settled.json',
  ],
  ...[`revision-${digest}.gz~`, 'settled.json\n'],
];

test('natc’s own files are forgotten, and none of others', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'natc-state-files-'));
  try {
    for (const name of [...ours, ...halfWritten, ...others])
      writeFileSync(join(directory, name), '');
    rmSync(join(directory, 'flows.json'));
    mkdirSync(join(directory, 'flows.json', 'below'), { recursive: true });
    const iptables = await forgetFilesOf(directory, iptablesFiles);
    expect([...iptables.removed].sort()).toEqual(
      [...ours, ...halfWritten].filter((name) => name.includes('iptables')).sort(),
    );
    const { left } = await forgetFilesOf(directory, stateFiles);
    expect(left).toEqual([]);
    expect(readdirSync(directory).sort()).toEqual([...others].sort());
    expect(others.filter(isAmong(stateFiles))).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
