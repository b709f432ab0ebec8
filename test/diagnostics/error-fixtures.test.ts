/**
 * fixtures/errors/CODE/ shows each diagnostic as a user sees it. A folder holds `expected.txt` (what
 * stderr says) and some of
 * - `input.yaml`, compiled with `natc compile -f input.yaml`;
 * - `args.json`, the arguments after `natc`; words that name a file of the folder mean that file;
 * - `generated.json`, files too large to keep: pieces of text and how often each is repeated, or a size;
 * - `rules.yaml`, assertions, whose verdicts are told on stdout;
 * - `ruleset.nft`, read back as a ruleset;
 * - `api.json`, how a stand-in for an API server fails, and what the kubeconfig for it lacks;
 * - `serve.json`, what keeps a server of a follower from listening, or its service manager from hearing;
 * - `watch.json`, how its first watch of EndpointSlices fails;
 * - `directory.json`, the mode of a directory that natc runs in, with the other files, and its arguments, and what is run there first;
 * - `host.json`, what a scripted machine answers to `command` (apply, check or cleanup).
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codes } from '../../src/diagnostics/codes.ts';
import { formatText } from '../../src/diagnostics/format-text.ts';
import { plainPalette } from '../../src/diagnostics/palette.ts';
import { makeReport } from '../../src/diagnostics/report.ts';
import { readRuleset } from '../../src/nftables/parse/read-ruleset.ts';
import { locate } from '../../src/read/locate.ts';
import { listByFixture } from '../support/api-fixture.ts';
import { runInDirectory } from '../support/foreign-directory.ts';
import { expectGolden } from '../support/golden.ts';
import { runOnHost } from '../support/host-fixture.ts';
import { serveByFixture } from '../support/serve-fixture.ts';
import { natcInProcess } from '../support/terminal.ts';
import { watchByFixture } from '../support/watch-fixture.ts';

const folder = 'fixtures/errors';
const fixtures = existsSync(folder) ? readdirSync(folder).sort() : [];

async function stderrOf(directory: string): Promise<string> {
  const hostFile = join(directory, 'host.json');
  if (existsSync(hostFile)) return runOnHost(JSON.parse(readFileSync(hostFile, 'utf8')));
  const apiFile = join(directory, 'api.json');
  if (existsSync(apiFile)) return listByFixture(JSON.parse(readFileSync(apiFile, 'utf8')));
  const serveFile = join(directory, 'serve.json');
  if (existsSync(serveFile)) return serveByFixture(JSON.parse(readFileSync(serveFile, 'utf8')));
  const watchFile = join(directory, 'watch.json');
  if (existsSync(watchFile)) return watchByFixture(JSON.parse(readFileSync(watchFile, 'utf8')));
  const directoryFile = join(directory, 'directory.json');
  if (existsSync(directoryFile))
    return runInDirectory(directory, JSON.parse(readFileSync(directoryFile, 'utf8')));
  const rulesetFile = join(directory, 'ruleset.nft');
  if (existsSync(rulesetFile)) return stderrOfParsing(rulesetFile);
  const generated = generateFiles(directory);
  try {
    return await stderrOfCompile(directory);
  } finally {
    for (const path of generated) rmSync(path);
  }
}

function stderrOfParsing(path: string): string {
  const { diagnostics } = readRuleset({ name: path, text: readFileSync(path, 'utf8') });
  return formatText(makeReport(diagnostics, { locate, least: 'note', limit: 50 }), {
    palette: plainPalette,
    width: 80,
  });
}

/** @returns the paths of the files it made */
function generateFiles(directory: string): readonly string[] {
  const recipe = join(directory, 'generated.json');
  if (!existsSync(recipe)) return [];
  const files: Record<string, Generated> = JSON.parse(readFileSync(recipe, 'utf8'));
  return Object.entries(files).map(([name, contents]) => {
    const path = join(directory, name);
    writeFileSync(
      path,
      'size' in contents ? '' : contents.map(([text, times]) => text.repeat(times)).join(''),
    );
    if ('size' in contents) truncateSync(path, contents.size);
    return path;
  });
}

type Generated = readonly (readonly [text: string, times: number])[] | { readonly size: number };

async function stderrOfCompile(directory: string): Promise<string> {
  const argsFile = join(directory, 'args.json');
  const args: string[] = existsSync(argsFile)
    ? JSON.parse(readFileSync(argsFile, 'utf8'))
    : ['compile', '-f', 'input.yaml'];
  const resolve = (word: string) =>
    /^[\w-]+\.\w+$/.test(word) || existsSync(join(directory, word)) ? join(directory, word) : word;
  const { stdout, stderr } = await natcInProcess(args.map(resolve));
  return existsSync(join(directory, 'rules.yaml')) ? stderr + stdout : stderr;
}

describe('error fixtures', () => {
  test.each(fixtures)('%s', async (code) => {
    const stderr = await stderrOf(join(folder, code));
    expect(stderr).toContain(`[${code}]`);
    expectGolden(join(folder, code, 'expected.txt'), stderr);
  });

  test('every fixture is of a code that exists', () => {
    expect(fixtures.filter((name) => !(name in codes))).toEqual([]);
  });

  test('every code has a fixture', () => {
    expect(Object.keys(codes).filter((code) => !fixtures.includes(code))).toEqual([]);
  });
});
