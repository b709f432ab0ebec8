/**
 * fixtures/explain/NAME/ shows one answer of `natc explain` as a user sees it: `args.json` holds the
 * arguments, `expected.txt` what is printed. In the arguments `example` stands for the manifests of
 * fixtures/example, and the name of a file for the one in fixtures/explain or fixtures/example.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { natcInProcess } from '../support/terminal.ts';

const folder = 'fixtures/explain';
const example = 'fixtures/example';

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function resolve(word: string): string {
  if (word === 'example') return `${example}/manifests`;
  const isFile = /^[\w-]+\.(ya?ml|nft)$/.test(word);
  const found = [folder, example].map((place) => `${place}/${word}`).find(existsSync);
  return isFile && found !== undefined ? found : word;
}

describe('natc explain answers', () => {
  test.each(names)('%s', async (name) => {
    const args: string[] = JSON.parse(readFileSync(`${folder}/${name}/args.json`, 'utf8'));
    const run = await natcInProcess(['explain', ...args.map(resolve)]);
    const shown = [`$ natc explain ${args.join(' ')}`, run.stdout + run.stderr];
    expectGolden(
      `${folder}/${name}/expected.txt`,
      `${shown.join('\n')}exit status ${run.exitCode}\n`,
    );
    if (args.includes('json')) {
      expect(JSON.parse(run.stdout)).toMatchObject({ schema: 'natc.explain/v1' });
    }
  });
});
