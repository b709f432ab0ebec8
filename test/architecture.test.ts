/** The rules that hold the tree together (docs/architecture.md), checked on the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join('src', path), 'utf8') }));

/** What each stage may import from, besides itself. Nothing reaches back. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  net: [],
  diagnostics: [],
  read: ['diagnostics'],
  model: ['diagnostics', 'net', 'options.ts'],
  plan: ['diagnostics', 'net', 'model', 'options.ts'],
  ruleset: ['net', 'plan', 'diagnostics'],
  render: ['net', 'ruleset', 'plan', 'diagnostics'],
  parse: ['net', 'ruleset', 'diagnostics', 'render'],
  diff: ['net', 'ruleset', 'render', 'plan', 'diagnostics', 'model', 'explain'],
  explain: ['net', 'ruleset', 'plan', 'diagnostics', 'render', 'model', 'compile.ts'],
  live: ['net', 'ruleset', 'render', 'parse', 'plan', 'diagnostics', 'hold-back', 'incremental'],
  'options.ts': ['net'],
  'compile.ts': ['diagnostics', 'model', 'plan', 'ruleset', 'options.ts', 'net'],
  'compile-nodes.ts': ['compile.ts', 'diagnostics', 'model', 'plan', 'options.ts'],
  'hold-back': ['compile.ts', 'diagnostics', 'model', 'plan'],
  incremental: [
    'compile.ts',
    'diagnostics',
    'model',
    'net',
    'plan',
    'read',
    'ruleset',
    'options.ts',
  ],
  'diff-nodes.ts': [
    'compile.ts',
    'diagnostics',
    'diff',
    'model',
    'net',
    'options.ts',
    'plan',
    'ruleset',
  ],
  'index.ts': ['*'],
  cli: ['*'],
};

/** Rules are compared as they are printed, so the canonical form of a ruleset needs the printer. */
const exceptions = ['ruleset/canonical.ts imports from render'];

const stageOf = (path: string): string => path.split('/')[0] ?? path;

function importsOf({ path, text }: (typeof sources)[number]): readonly string[] {
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!);
  return specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)));
}

/** Modules of Node that reach outside the process. */
const outside =
  /'node:(fs|fs\/promises|child_process|os|net|http|https|dns|worker_threads|timers\/promises)'/;

describe('the source tree', () => {
  test('stages import only what stands before them', () => {
    const violations = sources.flatMap((source) => {
      const stage = stageOf(source.path);
      const allowed = mayImport[stage] ?? [];
      return importsOf(source)
        .map(stageOf)
        .filter((target) => target !== stage && !allowed.includes(target) && allowed[0] !== '*')
        .map((target) => `${source.path} imports from ${target}`);
    });
    expect(violations).toEqual(exceptions);
  });

  test('every stage is in the table', () => {
    expect(
      sources.map(({ path }) => stageOf(path)).filter((stage) => !(stage in mayImport)),
    ).toEqual([]);
  });

  test('only cli touches process and console', () => {
    const offenders = sources.filter(
      ({ path, text }) =>
        stageOf(path) !== 'cli' && /(?<![\w.'"`/-])(process|console)\./.test(withoutComments(text)),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  test('only live, cli and the reading of inputs touch the host', () => {
    const offenders = sources.filter(
      ({ path, text }) =>
        !['live', 'cli'].includes(stageOf(path)) && path !== 'read/inputs.ts' && outside.test(text),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  test('nothing in the core depends on time or chance', () => {
    const offenders = sources.filter(
      ({ path, text }) =>
        !['live', 'cli'].includes(stageOf(path)) &&
        /Date\.now|new Date\(|Math\.random|performance\.now|randomBytes|randomUUID/.test(
          withoutComments(text),
        ),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  test('no file is longer than 400 lines, no command than 100', () => {
    const lines = (text: string) => text.split('\n').length - 1;
    const limit = (path: string) => (path.startsWith('cli/commands/') ? 100 : 400);
    const long = sources.filter(({ path, text }) => lines(text) > limit(path));
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('no escape from the types', () => {
    const loophole = /: any\b|\bas any\b/;
    // Matching control characters is the very purpose of one pattern, which says so.
    const silencer =
      /@ts-(ignore|expect-error|nocheck)|biome-ignore(?! lint\/suspicious\/noControlCharactersInRegex)/;
    const offenders = sources.filter(
      ({ text }) => loophole.test(withoutComments(text)) || silencer.test(text),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });
});

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/`[^`]*`|'[^'\n]*'/g, "''");
