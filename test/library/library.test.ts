/** The library as a program that imports `natc` sees it: what it hands out, and that it agrees with the commands. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { natc, projectRoot } from '../support/natc.ts';

const options = { nodeName: 'node-a', clusterCIDRs: ['10.180.0.0/16'] };
const flags = ['--node-name', 'node-a', '--cluster-cidr', '10.180.0.0/16'];
const fileOf = (side: 'old' | 'new') => `fixtures/diff/endpoint-gone/${side}.yaml`;
const inputOf = (name: string): library.Input => ({ name, bytes: readFileSync(name) });
const outputOf = (name: string): library.CompileOutput => {
  const { output } = library.compile(library.readObjects([inputOf(name)]).objects, options);
  if (output === undefined) throw new Error(`${name} does not compile`);
  return output;
};

test('hands out these names, and no others', () => {
  expect(Object.keys(library).sort()).toEqual([
    'check',
    'compile',
    'defaultOptions',
    'diff',
    'explain',
    'formatDiagnostics',
    'formatDiff',
    'formatExplanation',
    'isSameTraffic',
    'locate',
    'parse',
    'readObjects',
    'renderIptables',
    'renderNft',
    'renderPlanJson',
    'renderRulesetJson',
  ]);
});

describe('says what the commands print', () => {
  const file = fileOf('new');
  const output = outputOf(file);
  test.each([
    ['nft', library.renderNft(output.ruleset)],
    ['json', library.renderRulesetJson(output.ruleset)],
    ['iptables', library.renderIptables(output)],
    ['plan', library.renderPlanJson(output.plan)],
  ])('compile -o %s', (format, text) => {
    const printed = natc(['compile', '-f', file, ...flags, '-o', format]).stdout;
    // The command says at the head how it was called.
    expect(text).toBe(printed.replace(/^(?:# .*\n)+(?=add table|# Kubernetes)/, ''));
  });

  test.each(['text', 'json', 'markdown'] as const)('diff -o %s', (format) => {
    const changes = library.diff(outputOf(fileOf('old')), output);
    const args = ['diff', fileOf('old'), fileOf('new'), ...flags, '--no-allocate', '-o', format];
    const printed = natc(args).stdout;
    expect(library.formatDiff(changes, format)).toBe(printed);
    expect(library.isSameTraffic(changes)).toBe(false);
  });

  test.each(['text', 'json'] as const)('explain -o %s, of a Service', (format) => {
    const explanation = library.explain(output, { from: '10.180.0.3', to: serviceOf(output) });
    const args = ['explain', '-f', file, ...flags, '--no-allocate', '-o', format];
    const printed = natc([...args, '10.180.0.3', serviceOf(output)]).stdout;
    expect(library.formatExplanation(explanation, format)).toBe(printed);
  });

  test.each(['text', 'json', 'github', 'sarif'] as const)('check --diagnostics %s', (form) => {
    const bad = 'fixtures/errors/NATC2001/input.yaml';
    const text = library.formatDiagnostics(library.check([inputOf(bad)]), form);
    expect(text).toContain('NATC2001');
  });
});

/** Any Service of the ruleset, by name. */
const serviceOf = ({ plan }: library.CompileOutput): string => {
  const [first] = plan.families.flatMap(({ servicePorts }) => servicePorts);
  if (first === undefined) throw new Error('no Service');
  return `${first.namespace}/${first.service}`;
};

test('a rendered ruleset is parsed back, and differs in nothing', () => {
  const output = outputOf(fileOf('new'));
  const { ruleset, diagnostics } = library.parse(library.renderNft(output.ruleset));
  expect(diagnostics).toEqual([]);
  expect(ruleset && library.isSameTraffic(library.diff(output, ruleset))).toBe(true);
  expect(library.parse('table ip shop { nonsense }').ruleset).toBeUndefined();
});

test.each([
  ['nowhere', '172.30.0.10:80'],
  ['10.0.0.1', '172.30.0.10'],
  ['10.0.0.1', 'shop/none'],
])('a question that names no packet is a RangeError: %s to %s', (from, to) => {
  expect(() => library.explain(outputOf(fileOf('new')), { from, to })).toThrow(RangeError);
});

test('the example program reviews a change', () => {
  const args = [
    'examples/review.mjs',
    fileOf('old'),
    fileOf('new'),
    '10.180.0.3',
    '172.30.0.10:80',
  ];
  const run = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  expect(run.stdout).toMatch(/endpoint/);
});

test('nothing else can be imported', () => {
  const script = "await import('natc/dist/compile.js')";
  const args = ['--input-type=module', '-e', script];
  const run = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  expect(run.stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
