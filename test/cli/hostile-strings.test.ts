/** Whatever a string says, and wherever it comes from, nothing that acts on a terminal leaves natc. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { expectHarmless, hostileStrings } from '../support/hostile-strings.ts';
import { natcInProcess } from '../support/terminal.ts';

/** A Service and a slice, with the string in one place. */
const manifest = (place: string, text: string): string => {
  const at = (name: string, otherwise: unknown) => (name === place ? text : otherwise);
  const service = {
    apiVersion: at('apiVersion', 'v1'),
    kind: at('kind', 'Service'),
    metadata: {
      name: at('name', 'web'),
      namespace: at('namespace', 'shop'),
      labels: { a: at('label', 'b'), [String(at('label key', 'c'))]: 'd' },
      annotations: { 'service.kubernetes.io/topology-mode': at('annotation', 'Auto') },
    },
    spec: {
      clusterIP: at('cluster IP', '172.30.0.10'),
      externalIPs: [at('external IP', '203.0.113.9')],
      type: at('type', 'ClusterIP'),
      sessionAffinity: at('session affinity', 'None'),
      ports: [
        { name: at('port name', 'http'), port: at('port', 80), protocol: at('protocol', 'TCP') },
      ],
    },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-1',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': at('service name', 'web') },
    },
    addressType: at('address type', 'IPv4'),
    ports: [{ name: 'http', port: 8080 }],
    endpoints: [
      { addresses: [at('endpoint', '10.180.0.10')], nodeName: at('node name', 'node-a') },
    ],
  };
  return `${JSON.stringify(service)}\n${JSON.stringify(slice)}\n`;
};

const places = [
  ...['apiVersion', 'kind', 'name', 'namespace', 'label', 'label key', 'annotation', 'cluster IP'],
  ...['external IP', 'type', 'session affinity', 'port name', 'port', 'protocol', 'service name'],
  ...['address type', 'endpoint', 'node name'],
];

const directory = mkdtempSync(join(tmpdir(), 'natc-hostile-'));
afterAll(() => rmSync(directory, { recursive: true }));
const good = join(directory, 'good.json');
writeFileSync(good, manifest('', ''));

const warn = ['--validate', 'warn', '-v', '--color', 'never'];

/** Commands with a file in them; each output format at least once. */
const commands: readonly (readonly [string, (file: string) => readonly string[]])[] = [
  ...['text', 'json', 'github', 'sarif'].map(
    (format) =>
      [
        `compile --diagnostics ${format}`,
        (file: string) => ['compile', '-f', file, ...warn, '--diagnostics', format],
      ] as const,
  ),
  ...['nft', 'json', 'iptables', 'plan', 'summary'].map(
    (format) =>
      [
        `compile -o ${format}`,
        (file: string) => ['compile', '-f', file, ...warn, '-o', format],
      ] as const,
  ),
  ['list', (file) => ['list', '-f', file, ...warn]],
  ['list -o json', (file) => ['list', '-f', file, ...warn, '-o', 'json']],
  ['explain', (file) => ['explain', '172.30.0.10:80', '-f', file, ...warn]],
  ...['text', 'json', 'markdown', 'github', 'html'].map(
    (format) =>
      [`diff -o ${format}`, (file: string) => ['diff', good, file, ...warn, '-o', format]] as const,
  ),
];

describe.each(Object.entries(hostileStrings))('%s', (_, text) => {
  test.each(commands)('in objects: %s', async (name, args) => {
    // What is long is shown alike everywhere, and takes its time.
    const some = text.length > 1000 ? ['kind', 'name', 'port', 'external IP', 'node name'] : places;
    for (const place of some) {
      const file = join(directory, 'bad.json');
      writeFileSync(file, manifest(place, text));
      const run = await natcInProcess(args(file));
      expectHarmless(run);
      if (name.includes('github'))
        for (const line of (name.startsWith('diff') ? run.stdout : run.stderr)
          .split('\n')
          .filter((each) => each !== ''))
          expect(line).toMatch(/^::(error|warning|notice) [^\n]*::|^skipped|^natc|^See /);
      if (name.includes('html')) {
        expect(run.stdout.match(/<script/g) ?? []).toHaveLength(run.stdout === '' ? 0 : 1);
        expect(run.stdout).not.toContain('<img');
      }
      if (name.includes('markdown')) expect(run.stdout).not.toMatch(/(?<!\\)<img/);
      if (/json|sarif/.test(name))
        for (const part of [run.stdout, run.stderr])
          if (part.startsWith('{')) expect(() => JSON.parse(part)).not.toThrow();
    }
  });

  test.each([
    [['compile', '-f']],
    [['compile', '-f', good, '--node-name']],
    [['compile', '-f', good, '--cluster-cidr']],
    [['compile', '-f', good, '--masquerade-bit']],
    [['compile', '-f', good, '-o']],
    [['compile', '-f', good, '--config']],
    [['check', '--no-kernel', '-f']],
    [['list', '-f']],
    [['diff', good]],
    [['explain', '-f', good]],
    [['explain-code']],
    [['apply', '--dry-run', '--state-dir', join(directory, 'none'), '-f']],
    [['status', '--max-age']],
    [['config', '--nodeport-addresses']],
    [['completion']],
    [['help']],
    [[]],
  ])('as an argument of %j', async (args) => {
    // The system takes no arguments of more than 128 KiB.
    const value = text.slice(0, 100_000).replaceAll('\0', '');
    for (const given of [
      [...args, value],
      [...args, `--${value}`],
    ])
      expectHarmless(
        await natcInProcess([...given, '--color', 'never']).catch((error: unknown) => {
          throw new Error(`natc failed: ${String(error).slice(0, 300)}`);
        }),
      );
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const colors = /\u001b\[(?:1|22|3[1-6]|39)m/g;

test.each(['text', 'list', 'diff', 'explain'])(
  'colours of natc cannot be had by text that looks like them: %s',
  async (what) => {
    const file = join(directory, 'x\u001b[31mred\u001b[39m.json');
    writeFileSync(file, manifest('port name', 'x\u001b[32my'));
    const args = {
      text: ['compile', '-f', file, 'none\u001b[31m'],
      list: ['list', '-f', file, '--validate', 'warn'],
      diff: ['diff', good, file, '--validate', 'warn'],
      explain: ['explain', '\u001b[1m172.30.0.10:80', '-f', file],
    }[what];
    const colored = await natcInProcess([...(args ?? []), '--color', 'always']);
    const plain = await natcInProcess([...(args ?? []), '--color', 'never']);
    expectHarmless(plain);
    for (const stream of ['stdout', 'stderr'] as const)
      expect(colored[stream].replace(colors, '')).toBe(plain[stream]);
  },
);

describe('in GitHub Actions', () => {
  const runner = { GITHUB_ACTIONS: 'true' };
  /** What the runner takes for a command; IPv6 addresses are none. */
  const command = /^\s*::[a-z-]*[g-z-][a-z-]*(?: [^\n]*)?::|##\[/im;

  test.each([
    ['::error::z', []],
    ['::stop-commands::t', []],
    ['  ::set-env name=PATH::/tmp', []],
    ['##[error]z', []],
    ['x ##[add-path]/tmp', []],
  ])('the name %j is no command in text', async (name) => {
    for (const args of [
      ['compile', '-f', name, '--diagnostics', 'text'],
      ['diff', name, name, '--diagnostics', 'text'],
      ['list', '-f', good, '--config', name, '--diagnostics', 'text'],
      ['explain', name, '-f', good, '--diagnostics', 'text'],
      [name],
    ]) {
      const run = await natcInProcess(args, runner);
      expect(run.stderr + run.stdout).not.toBe('');
      expect(run.stderr + run.stdout).not.toMatch(command);
    }
  });

  test("natc's own commands are", async () => {
    const { stderr } = await natcInProcess(['compile', '-f', '::error::z\n::debug::z'], runner);
    expect(stderr).toMatch(/^::error /);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    const args = ['diff', good, 'fixtures/example', '--validate', 'warn', '-o', 'github'];
    expect((await natcInProcess(args, runner)).stdout).toMatch(/^::\w+ /);
  });
});

describe('a file that natc writes', () => {
  const formats = [
    ...['nft', 'json', 'iptables', 'plan', 'summary'].map((format) => ['compile', format]),
    ...['text', 'json', 'markdown', 'github', 'html'].map((format) => ['diff', format]),
  ] as const;
  test.each(formats)('%s -o %s is as harmless as what it prints', async (name, format) => {
    for (const text of Object.values(hostileStrings).filter((each) => each.length < 1000))
      for (const place of ['name', 'namespace', 'port name', 'node name']) {
        const file = join(directory, 'written.json');
        const out = join(directory, 'out');
        writeFileSync(file, manifest(place, text));
        rmSync(out, { force: true });
        const sides = name === 'diff' ? ['diff', good, file] : ['compile', '-f', file];
        const flags = ['--validate', 'warn', '--color', 'never', '-o', String(format)];
        await natcInProcess([...sides, ...flags, '--out-file', out]);
        const printed = await natcInProcess([...sides, ...flags]);
        // The head of a report has the second in which it was made.
        const ofNoTime = (text: string) => text.replace(/<dd>\d{4}-[\d-]+T[\d:]+Z<\/dd>/, '');
        if (printed.stdout !== '')
          expect(ofNoTime(readFileSync(out, 'utf8'))).toBe(ofNoTime(printed.stdout));
      }
  });
});
