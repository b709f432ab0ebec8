/**
 * schemas/ against what the commands print. A command that prints JSON gets a line in `outputs`, a new field one in
 * its schema: the test takes no field that the schema lacks, although readers have to.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeLog } from '../src/cli/follow/log.ts';
import { describeWithKernel } from './support/kernel-available.ts';
import { runInNamespace } from './support/namespace-script.ts';
import { natc } from './support/natc.ts';
import { problemsOf, schemaFile, schemaOf } from './support/schemas.ts';

const example = [
  '-f',
  'fixtures/example/manifests',
  '--config',
  'fixtures/example/kube-proxy.yaml',
];
const onNode = [...example, '--node-name', 'node-a'];
const sides = (name: string) => [
  `fixtures/diff/${name}/old.yaml`,
  `fixtures/diff/${name}/new.yaml`,
];
const all = ['fixtures/diff/service-added/new.yaml', 'fixtures/example/manifests'];

/** What prints documents of each schema. */
const outputs: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'natc.assert/v1': [
    ['assert', '-r', 'docs/assert/protected-addresses.yaml', ...onNode, '-o', 'json'],
  ],
  'natc.config/v1': [
    ['config', '-o', 'json'],
    ['config', ...example.slice(2), '--cluster-cidr', '10.0.0.0/8', '-o', 'json'],
  ],
  'natc.diagnostics/v1': [
    ['check', '-f', 'fixtures/errors/NATC2001/input.yaml', '--no-kernel', '--diagnostics', 'json'],
    ['check', ...onNode, '--no-kernel', '--no-sysctl', '-v', '--diagnostics', 'json'],
  ],
  'natc.diff/v1': [
    ...readdirSync('fixtures/diff').map((name) => ['diff', ...sides(name), '-o', 'json']),
    ['diff', ...sides('service-added'), '--view', 'text', '-o', 'json'],
    ['diff', ...sides('service-added'), '--view', 'kernel', '-o', 'json'],
    ['diff', ...all, '-o', 'json'],
    ['diff', ...all.toReversed(), '--node-name', 'node-a', '-o', 'json', '--service', 'shop/web'],
  ],
  'natc.diff-nodes/v1': [
    [
      'diff',
      '--all-nodes',
      'fixtures/diff-nodes/old.yaml',
      'fixtures/diff-nodes/new.yaml',
      '-o',
      'json',
    ],
  ],
  'natc.explain/v1': [
    ['explain', ...onNode, '10.180.0.3', 'shop/web:http', '-o', 'json'],
    ['explain', ...onNode, '10.180.0.3', '203.0.113.9:80', '-o', 'json'],
  ],
  'natc.kube-proxy-list/v1': [
    ['list', 'fixtures/kube-proxy/1.37.2/010-overall-mix.nft', '-o', 'json'],
    [
      'list',
      'fixtures/kube-proxy/1.37.2/101-session-affinity-client-ip.iptables-save',
      '-o',
      'json',
    ],
  ],
  'natc.list/v1': [
    ['list', ...onNode, '-o', 'json'],
    ['list', '-f', 'fixtures/diff/service-added/new.yaml', '-o', 'json', '--no-allocate'],
  ],
  'natc.plan/v1': [['compile', ...onNode, '-o', 'plan']],
  'natc.reach/v1': [['reach', ...onNode, '-o', 'json']],
  'natc.ruleset/v1': [['compile', ...onNode, '-o', 'json']],
  'natc.version/v1': [['version', '-o', 'json']],
};

describe.each(Object.entries(outputs))('%s', (schema, lines) => {
  test.each(lines.map((args) => [args.join(' '), args] as const))('natc %s', (_, args) => {
    const { stdout, stderr } = natc(args);
    const document = JSON.parse(args.includes('--diagnostics') && stdout === '' ? stderr : stdout);
    expect(Object.entries(document)[0]).toEqual(['schema', schema]);
    expect(problemsOf(schema, document)).toEqual([]);
  });
});

test('natc status where the kernel cannot be asked', () => {
  const { stdout } = natc(['status', '-o', 'json', '--state-dir', '/no/such/place'], {
    env: { PATH: '/nowhere' },
  });
  expect(problemsOf('natc.status/v1', JSON.parse(stdout))).toEqual([]);
});

describeWithKernel('natc.status/v1', () => {
  test('natc status', () => {
    const { stdout } = runInNamespace(`
      natc status -o json
      echo ----
      natc apply -q --no-sysctl ${onNode.join(' ')}
      nft add element ip natc firewall-allow-none 2>/dev/null
      natc status -o json
    `);
    const documents = stdout.split('----').map((text) => JSON.parse(text));
    expect(documents).toHaveLength(2);
    for (const document of documents) expect(problemsOf('natc.status/v1', document)).toEqual([]);
  });
});

describe('natc.log/v1', () => {
  test.each([[false], [true]])(
    'what is said while a cluster is followed, verbose: %s',
    (isVerbose) => {
      const lines: string[] = [];
      const channel = { write: async (text: string) => void lines.push(text) };
      const log = makeLog(channel, {
        ...{ format: 'json', isQuiet: false, isVerbose },
        now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
      });
      log.say('info', 'listed 3 Services', { kind: 'Service', count: 3 });
      log.say('info', 'applied revision 2: nothing', { revision: 2, latencyMilliseconds: 12.5 });
      log.say('error', 'the configuration stays\nas it was');
      log.diagnostics(
        (['error', 'warning', 'note'] as const).map((severity) => ({
          ...{ code: 'NATC2155', severity, message: 'x', hint: 'y' },
          places: [{ kind: 'option', option: '--lock', value: 'z' }],
        })),
      );
      log.diagnostics([{ code: 'NATC2155', severity: 'error', message: 'x', places: [] }]);
      expect(lines).toHaveLength(isVerbose ? 7 : 6);
      for (const line of lines) {
        expect(line).toMatch(/^[^\n]+\n$/);
        expect(problemsOf('natc.log/v1', JSON.parse(line))).toEqual([]);
      }
    },
  );
});

describe('schemas/', () => {
  const files = readdirSync('schemas').sort();
  const named = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => readFileSync(`src/${path}`, 'utf8').match(/natc\.[a-z-]+\/v\d+/g) ?? [])
    .filter((name) => !name.startsWith('natc.dev/'));

  test('has one for each document that natc prints, and no other', () => {
    expect([...new Set(named)].map(schemaFile).sort()).toEqual(files);
  });

  test('each is described in docs/json.md and says what it is', () => {
    const page = readFileSync('docs/json.md', 'utf8');
    for (const name of new Set(named)) {
      const { $id, title, properties } = schemaOf(name);
      expect(page).toContain(`\`${name}\``);
      expect({ $id, title }).toEqual({
        $id: `urn:${name.replace(/[./]/g, ':')}`,
        title: expect.any(String),
      });
      expect(properties.schema).toEqual({ const: name });
    }
  });
});
