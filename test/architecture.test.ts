/** The rules that hold the tree together (docs/architecture.md), checked on the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join('src', path), 'utf8') }));

const sharedHost = ['host/machine', 'host/state', 'host/change'];

/** What the half of a backend that knows the host may import from, besides the backend itself. */
const hostHalf = [
  ...sharedHost,
  'backends',
  'compile.ts',
  'diagnostics',
  'diff',
  'explain',
  'follow',
  'hold-back',
  'net',
  'options.ts',
  'plan',
];

/**
 * What each stage may import from, besides itself: others by folder, which stands for all in it, or by a
 * part of one. Nothing reaches back.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  net: [],
  packet: ['net'],
  diagnostics: [],
  read: ['diagnostics'],
  'option-entry.ts': [],
  'option-text.ts': ['net', 'option-entry.ts'],
  'command-options.ts': ['option-entry.ts', 'options.ts'],
  model: [
    'command-options.ts',
    'diagnostics',
    'net',
    'option-entry.ts',
    'option-text.ts',
    'options.ts',
  ],
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
    'recompile',
    'model',
    'net',
    'nftables',
    'options.ts',
    'plan',
    'read',
  ],
  // What both backends share of the machine, the state directory, the cluster and the servers.
  'host/machine': ['diagnostics', 'iptables', 'net', 'nftables', 'packet', 'plan'],
  'host/state': ['host/machine', 'diagnostics', 'hold-back', 'net', 'options.ts', 'plan'],
  'host/cluster': ['host/machine', 'host/state', 'diagnostics', 'follow'],
  'host/serve': ['host/machine', 'diagnostics', 'follow', 'options.ts', 'serve'],
  'host/change': [
    'host/machine',
    'host/state',
    'diagnostics',
    'hold-back',
    'net',
    'options.ts',
    'plan',
  ],
  // The half of a backend that knows the host.
  'nftables/host': [...hostHalf, 'recompile', 'nftables'],
  'iptables/host': [...hostHalf, 'iptables', 'kube-proxy'],
  backends: [
    'compile.ts',
    'diagnostics',
    'diff',
    'explain',
    'follow',
    ...sharedHost,
    'iptables',
    'net',
    'nftables',
    'options.ts',
    'plan',
    'reach',
    'serve',
  ],
  serve: ['diagnostics', 'follow', 'net', 'options.ts', 'plan'],
  assert: ['diagnostics', 'diff', 'explain', 'model', 'net', 'nftables', 'packet', 'plan', 'reach'],
  reach: [
    'compile.ts',
    'allocate',
    'diagnostics',
    'diff',
    'explain',
    'model',
    'net',
    'nftables',
    'packet',
    'plan',
  ],
  'options.ts': ['net', 'option-entry.ts'],
  'compile.ts': ['diagnostics', 'model', 'plan', 'nftables', 'options.ts', 'net'],
  'hold-back': ['compile.ts', 'diagnostics', 'model', 'plan'],
  recompile: [
    'compile.ts',
    'diagnostics',
    'model',
    'net',
    'plan',
    'read',
    'nftables',
    'options.ts',
  ],
  'diff-nodes.ts': ['compile.ts', 'diagnostics', 'diff', 'model', 'net', 'options.ts', 'plan'],
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
    'affinity-sources.ts': ['names.ts', 'canonical', 'delta.ts'],
    simulate: ['ast.ts'],
  },
  iptables: {
    'ast.ts': [],
    'hash.ts': [],
    'names.ts': ['ast.ts', 'hash.ts'],
    'stamp.ts': ['ast.ts', 'names.ts', 'tables.ts'],
    'limits.ts': ['names.ts'],
    'verify.ts': ['ast.ts', 'names.ts'],
    'rule-text.ts': [],
    'tables.ts': ['ast.ts', 'names.ts', 'rule-text.ts'],
    'canonical-rule.ts': ['rule-text.ts'],
    'delta.ts': ['ast.ts', 'tables.ts', 'canonical-rule.ts'],
    layout: ['ast.ts', 'hash.ts', 'names.ts', 'verify.ts'],
    render: ['ast.ts', 'names.ts', 'stamp.ts', 'tables.ts', 'delta.ts', 'layout'],
    parse: ['ast.ts', 'names.ts', 'stamp.ts', 'tables.ts'],
    simulate: ['ast.ts'],
  },
};

/**
 * Who else than src/backends imports from a backend's folder, and why. Whoever is not named takes what a
 * backend can do from the table, `backends/table.ts`.
 */
const mayNameBackend: Readonly<Record<'nftables' | 'iptables', Readonly<Record<string, string>>>> =
  {
    nftables: {
      'compile.ts': 'the nftables ruleset is what all questions are asked of',
      diff: 'which packets there are is read off the nftables ruleset, whichever rules then answer',
      explain: 'reasons are read off the nftables ruleset',
      reach: 'the same as diff',
      assert: 'the same as diff',
      'kube-proxy/': 'a kube-proxy in nftables mode wrote nftables rules',
      'recompile/': 'what is kept of a Service is its fragment of the nftables ruleset',
      'follow/': 'the same as recompile',
      'nftables/host': 'the half of the backend that knows the host',
      'host/machine/': "tells natc's own chains from those of others",
      'library/': 'hands out rulesets',
      'index.ts': 'the same',
      'cli/apply/changes.ts': 'the same as recompile',
      'cli/compile/changes.ts': 'the same as recompile',
      'cli/input/recompile-input.ts': 'the same as recompile',
      'cli/compile/output-formats.ts': '-o json is the nftables ruleset as a document',
      'cli/explain/subject.ts':
        'reads rulesets from files: only nftables has some that are read back',
      'cli/diff/side.ts': 'the same as diff',
      'cli/diff/views.ts': '--view kernel is a transaction of nft',
      'cli/selection/selection.ts': 'the same as diff',
    },
    iptables: {
      'explain/explain-iptables.ts': 'walks the rules for the backend',
      'explain/iptables-path.ts': 'tells that walk',
      'diff/ask-iptables.ts': 'asks the rules for the backend',
      'diff/traffic.ts': 'the type of what is asked',
      'kube-proxy/': 'a kube-proxy in iptables mode wrote iptables rules',
      'explain/kube-proxy/': 'the same',
      'iptables/host': 'the half of the backend that knows the host',
      'host/machine/': 'reads rules of others as iptables lists them',
      'library/compile.ts': 'renders without waiting, which loading a backend would take',
      'index.ts': 'hands out the type',
    },
  };

/** Sources that have to do with rulesets and little else: a pattern there reads one, or says here what it reads. */
const ofRules = /^(nftables|iptables|kube-proxy|explain|reach|backends)\//;

/** Words of nft's and iptables' languages. */
const nftWords =
  /\b[ds](?:addr|port)\b|\bchain |\btable |\bgoto\b|\bjump\b|elements|-A |--?[jdp] |dnat|KUBE-|NATC-|-endpoints-|clients[/(]|comment|hook|policy/;

/** What reads text by patterns: the parsers, and others of whose text no ruleset is the source. */
const mayReadByPattern: Readonly<Record<string, string>> = {
  'nftables/parse/': 'what nft lists',
  'nftables/json/': 'what nft -j lists',
  'nftables/canonical/read-text.ts': 'canonical rulesets',
  'nftables/canonical/canonical-check.ts': 'whether a file of the state directory is one',
  'iptables/parse/': 'what iptables-save prints',
  'iptables/rule-text.ts': 'a rule of iptables',
  'iptables/canonical-rule.ts': 'values of options, which the same reader found',
  'iptables/stamp.ts': 'the stamp, beside what writes it',
  'nftables/host/stamp.ts': 'the same for nftables',
  'kube-proxy/': 'what a kube-proxy wrote, and its names',
  'iptables/render/iptables-rule.ts': 'which names of chains may be written',
  'nftables/script.ts': 'puts lines of a script together',
  'nftables/host/nft-error.ts': 'what nft says is wrong',
  'nftables/host/leftovers.ts': 'the same',
  'nftables/host/transaction.ts': 'the same',
  'nftables/host/kernel-tables.ts': 'whether nft listed a set to its end',
  'nftables/host/affinity.ts': 'the same of a map',
  'iptables/host/kernel-tables.ts': 'whether iptables-save printed a table to its end',
  'nftables/host/commit-verdict.ts': 'a digest of zeros',
  'nftables/host/revision-store.ts': 'names of files',
  'nftables/host/fragment-store.ts': 'the same',
  'nftables/host/compilation-store.ts': 'the same',
  'nftables/host/compilation-lines.ts': 'lines of such a file',
  'iptables/host/revision-store.ts': 'the same, and what is in them',
  'nftables/host/fitness.ts': 'the version of a program',
  'explain/open-question.ts': 'what a person typed',
  'host/machine/conntrack.ts': 'what conntrack lists',
  'cli/compile/prune-nodes.ts': 'whether natc compile wrote a file',
  'cli/kube-proxy/listing-input.ts': 'whether a file is a listing',
};

/** The regular expressions in a source; what only looks like one stands in a comment. */
function patternsIn(text: string): readonly string[] {
  const code = text.replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, '');
  const literal =
    /(?<=(?:[=(,:?[!&|>{;]|return|case|\n)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*(?=[.,;)\s])|new RegExp\(.*/g;
  return [...code.matchAll(literal)]
    .map(([pattern]) => pattern)
    .filter((pattern) => pattern !== '/dev/null');
}

/** The folder of a source, or the file beside the folders; rooms of the host stand for themselves. */
const stageOf = (path: string): string =>
  /^(?:host\/[^/]+|(?:nftables|iptables)\/host)(?=\/)/.exec(path)?.[0] ??
  path.split('/')[0] ??
  path;

/** What may reach outside the process. */
const isHost = (path: string): boolean => /(?:^|\/)host\/|^cli\//.test(path);

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
        .filter(() => source.path !== 'backends/table.ts')
        .map((target) => `${source.path} imports from ${target}`);
    });
    expect(violations).toEqual([]);
  });

  test.each(['nftables', 'iptables'] as const)('only the named import from %s', (backend) => {
    const named = Object.keys(mayNameBackend[backend]);
    const importers = sources
      .filter(({ path }) => ![backend, 'backends'].includes(stageOf(path)))
      .filter((source) => importsOf(source).some((target) => stageOf(target) === backend))
      .map(({ path }) => path);
    expect(importers.filter((path) => !named.some((name) => path.startsWith(name)))).toEqual([]);
    expect(named.filter((name) => !importers.some((path) => path.startsWith(name)))).toEqual([]);
  });

  test('only the table loads a backend, and nobody asks for its name to choose what to do', () => {
    const loaders = sources
      .filter((source) =>
        importsOf(source).some((target) => /^(nf|ip)tables\/host\/backend\.ts$/.test(target)),
      )
      .map(({ path }) => path);
    expect(loaders).toEqual(['backends/table.ts']);
    // What a kube-proxy wrote has a mode, of which kube-proxy has two.
    const comparison =
      /(\w+)\??(?:\.name)? [!=]== '(?:nftables|iptables)'|case '(?:nftables|iptables)':/g;
    const choosers = sources.flatMap(({ path, text }) =>
      [...text.matchAll(comparison)]
        .filter((match) => match[1] !== 'mode')
        .map((match) => `${path}: ${match[0]}`),
    );
    expect(choosers).toEqual([]);
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

  test('only the host halves, cli and the reading of inputs touch the host', () => {
    const offenders = sources.filter(
      ({ path, text }) => !isHost(path) && path !== 'read/inputs.ts' && outside.test(text),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  test('rules, keys and names are read by patterns in their parsers only', () => {
    const readers = sources.filter(({ path, text }) =>
      patternsIn(text).some((pattern) => ofRules.test(path) || nftWords.test(pattern)),
    );
    const named = Object.keys(mayReadByPattern);
    const paths = readers.map(({ path }) => path);
    expect(paths.filter((path) => !named.some((name) => path.startsWith(name)))).toEqual([]);
    expect(named.filter((name) => !paths.some((path) => path.startsWith(name)))).toEqual([]);
  });

  test('nothing in the core depends on time or chance', () => {
    const offenders = sources.filter(
      ({ path, text }) =>
        !isHost(path) &&
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

  test('no exported name is declared twice', () => {
    const declaration =
      /^export (?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;
    const places = new Map<string, string[]>();
    for (const { path, text } of sources)
      for (const [, name = ''] of text.matchAll(declaration))
        places.set(name, [...(places.get(name) ?? []), path]);
    // Twins say the same of either backend: files of the same place in the two folders.
    const twin = (path: string): string => path.replace(/^(kube-proxy\/)?(nf|ip)tables\//, '$1*/');
    const twice = [...places]
      .map(([name, paths]) => [name, [...new Set(paths)]] as const)
      .filter(([, paths]) => paths.length > 1 && new Set(paths.map(twin)).size > 1)
      .map(([name, paths]) => `${name}: ${paths.join(', ')}`);
    expect(twice).toEqual([]);
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
