/** The rules that hold the tree together (docs/architecture.md), checked on the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join('src', path), 'utf8') }));

/**
 * What each stage may import from, besides itself: others by folder, which stands for all in it, or by a
 * part of one. Nothing reaches back.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  net: [],
  packet: ['net'],
  diagnostics: [],
  read: ['diagnostics'],
  model: ['diagnostics', 'net', 'options.ts'],
  plan: ['diagnostics', 'net', 'model', 'options.ts'],
  allocate: ['diagnostics', 'net'],
  workloads: ['allocate', 'diagnostics', 'net'],
  overlay: ['allocate', 'diagnostics', 'net', 'workloads'],
  'complete.ts': ['allocate', 'diagnostics', 'net', 'workloads'],
  // The backends are twins: neither knows of the other.
  nftables: ['net', 'plan', 'packet', 'diagnostics'],
  iptables: ['net', 'plan', 'packet', 'diagnostics'],
  'kube-proxy': ['net', 'packet', 'nftables', 'iptables', 'plan', 'diagnostics'],
  diff: [
    'kube-proxy',
    'allocate',
    'net',
    'packet',
    'nftables',
    'iptables',
    'plan',
    'diagnostics',
    'model',
    'explain',
  ],
  explain: [
    'kube-proxy',
    'allocate',
    'net',
    'packet',
    'nftables',
    'iptables',
    'plan',
    'diagnostics',
    'model',
    'compile.ts',
  ],
  follow: [
    'compile.ts',
    'diagnostics',
    'incremental',
    'model',
    'net',
    'nftables',
    'options.ts',
    'plan',
    'read',
  ],
  live: [
    'net',
    'nftables',
    'iptables',
    'plan',
    'diagnostics',
    'hold-back',
    'incremental',
    'follow',
    'serve',
  ],
  serve: ['diagnostics', 'follow', 'net', 'plan'],
  assert: ['diagnostics', 'diff', 'explain', 'model', 'net', 'nftables', 'packet', 'plan', 'reach'],
  reach: [
    'compile.ts',
    'allocate',
    'diagnostics',
    'diff',
    'explain',
    'iptables',
    'model',
    'net',
    'nftables',
    'packet',
    'plan',
  ],
  'options.ts': ['net'],
  'compile.ts': ['diagnostics', 'model', 'plan', 'nftables', 'options.ts', 'net'],
  'compile-nodes.ts': ['compile.ts', 'diagnostics', 'model', 'plan', 'options.ts'],
  'hold-back': ['compile.ts', 'diagnostics', 'model', 'plan'],
  incremental: [
    'compile.ts',
    'diagnostics',
    'model',
    'net',
    'plan',
    'read',
    'nftables',
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
    'iptables',
  ],
  library: ['*'],
  'index.ts': ['*'],
  cli: ['*'],
};

/** Within a backend: what each part may import from the others. Files beside the folders go by their name. */
const backendParts: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  nftables: {
    'ast.ts': [],
    'names.ts': [],
    'seen-keys.ts': ['ast.ts'],
    'verify.ts': ['ast.ts', 'seen-keys.ts'],
    'references.ts': ['ast.ts'],
    'chain-loops.ts': ['ast.ts', 'references.ts'],
    layout: ['ast.ts', 'names.ts', 'seen-keys.ts'],
    render: ['ast.ts'],
    parse: ['ast.ts', 'verify.ts', 'chain-loops.ts'],
    canonical: ['ast.ts', 'names.ts', 'layout', 'render'],
    'delta.ts': ['canonical'],
    'script.ts': ['delta.ts'],
    'pin-sources.ts': ['names.ts', 'canonical', 'delta.ts'],
    simulate: ['ast.ts'],
  },
  iptables: {
    'ast.ts': [],
    'hash.ts': [],
    'names.ts': ['ast.ts', 'hash.ts'],
    'stamp.ts': ['ast.ts', 'names.ts', 'tables.ts'],
    'limits.ts': ['names.ts'],
    'verify.ts': ['ast.ts', 'names.ts'],
    'tables.ts': ['ast.ts', 'names.ts'],
    'canonical-rule.ts': [],
    'delta.ts': ['ast.ts', 'tables.ts', 'canonical-rule.ts'],
    layout: ['ast.ts', 'hash.ts', 'names.ts', 'verify.ts'],
    render: ['ast.ts', 'names.ts', 'stamp.ts', 'tables.ts', 'delta.ts', 'layout'],
    parse: ['ast.ts', 'names.ts', 'stamp.ts', 'tables.ts'],
    simulate: ['ast.ts'],
  },
};

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
    expect(violations).toEqual([]);
  });

  test('parts of a backend import only what stands before them', () => {
    const violations = Object.entries(backendParts).flatMap(([backend, parts]) => {
      const partOf = (path: string): string => path.split('/')[1] ?? path;
      return sources
        .filter(({ path }) => stageOf(path) === backend)
        .flatMap((source) =>
          importsOf(source)
            .filter((target) => stageOf(target) === backend)
            .map(partOf)
            .filter((target) => {
              const part = partOf(source.path);
              return target !== part && parts[part]?.includes(target) !== true;
            })
            .map((target) => `${source.path} imports from ${target}`),
        );
    });
    expect(violations).toEqual([]);
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
    const limit = (path: string) => (/^cli\/[^/]+\/command\.ts$/.test(path) ? 100 : 400);
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
