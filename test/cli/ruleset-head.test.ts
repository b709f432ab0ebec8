/** A file with a ruleset says what made it, in a way that makes it again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rulesetHead } from '../../src/cli/compile/ruleset-head.ts';
import { flagOf } from '../../src/option-entry.ts';
import { type CompileOptions, defaultOptions, optionTable } from '../../src/options.ts';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-head-'));
afterAll(() => rmSync(directory, { recursive: true }));
const input = 'fixtures/example';

const run = async (...args: readonly string[]) => (await natcInProcess(args)).stdout;

/** The words of the command line in a head; none of these tests' values has a quote in it. */
const commandOf = (text: string): readonly string[] =>
  (/^# natc (.*)$/m.exec(text)?.[1] ?? '').split(' ').map((word) => word.replace(/^'|'$/g, ''));

/** Each setting with another value than its default. */
const others: CompileOptions = {
  nodePortAddresses: ['10.0.0.0/8', 'localhost'],
  localhostNodePorts: false,
  serviceCIDRs: ['172.30.0.0/16', 'fd00:30::/112'],
  nodeName: 'node-a',
  nodeIPs: ['10.9.9.9'],
  zone: 'zone-1',
  detectLocalMode: 'NodeCIDR',
  clusterCIDRs: ['10.180.0.0/16'],
  podCIDRs: ['10.180.1.0/24'],
  podBridgeInterface: 'cni0',
  podInterfaceNamePrefix: 'veth',
  masqueradeAll: true,
  masqueradeBit: 15,
  serviceNodePortRange: { first: 30000, last: 32000 },
  validate: 'warn',
  externalIPs: ['203.0.113.0/24'],
  endpointsOutside: 'deny',
  serviceProxyName: 'other',
  families: ['IPv4'],
};

describe('the head of a ruleset', () => {
  test('names the version, the node and no setting that has its default value', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(rulesetHead({ ...defaultOptions, nodeName: 'node-a' })).toBe(
      `# Compiled by natc ${version} for node node-a.\n# natc compile --node-name node-a\n`,
    );
    expect(rulesetHead(defaultOptions, 'iptables')).toBe(
      `# Compiled by natc ${version} for a node without a name.\n# natc compile -o iptables\n`,
    );
  });

  test('has every setting with its flag', () => {
    const head = rulesetHead(others);
    for (const entry of Object.values(optionTable)) expect(head).toContain(` ${flagOf(entry)}`);
  });

  test.each(
    Object.keys(others).flatMap((name) =>
      ['nft', 'iptables'].map((format) => [name as keyof CompileOptions, format] as const),
    ),
  )('makes the same text again: %s, -o %s', async (name, format) => {
    // Some settings only go together.
    const options = { ...defaultOptions, nodeName: 'node-a', [name]: others[name] };
    const [, ...flags] = commandOf(rulesetHead(options, format));
    const text = await run('compile', '-f', input, ...flags);
    if (text === '') return;
    expect(text.startsWith(rulesetHead(options, format === 'nft' ? undefined : format))).toBe(true);
    expect(await run(...commandOf(text), '-f', input)).toBe(text);
  });

  test('is the same with --state-dir, and with --all-nodes that of each node', async () => {
    const flags = ['--node-name', 'node-a', '--cluster-cidr', '10.180.0.0/16'];
    const text = await run('compile', '-f', input, ...flags);
    for (const _ of [1, 2])
      expect(await run('compile', '-f', input, ...flags, '--state-dir', directory)).toBe(text);
    await run('compile', '-f', input, '--all-nodes', '--out-dir', directory);
    const written = readFileSync(join(directory, 'node-b.nft'), 'utf8');
    expect(written).toMatch(
      /^# Compiled by natc \S+ for node node-b\.\n# natc compile --node-name node-b\n/,
    );
  });

  test('comes from a configuration file too, and stays two lines whatever is in it', async () => {
    const file = join(directory, 'natc.yaml');
    const nodeName = 'x"\n\u2028add table ip evil #';
    const config = { apiVersion: 'natc.dev/v1alpha1', kind: 'NatcConfiguration', nodeName };
    writeFileSync(file, JSON.stringify(config));
    const text = await run('compile', '-f', input, '--natc-config', file);
    if (text !== '')
      expect(text).toMatch(/^# Compiled [^\n]*\n# natc compile [^\n]*\nadd table ip natc\n/);
    writeFileSync(file, JSON.stringify({ ...config, nodeName: 'node-a' }));
    expect(await run('compile', '-f', input, '--natc-config', file)).toMatch(
      /^# Compiled by natc \S+ for node node-a\.\n# natc compile --node-name node-a\n/,
    );
    expect(
      rulesetHead({ ...defaultOptions, nodeName })
        .trimEnd()
        .split('\n'),
    ).toHaveLength(2);
  });

  test('is no part of the ruleset: a golden file is read as before', async () => {
    const file = join(directory, 'rules.nft');
    const text = await run('compile', '-f', input, '--node-name', 'node-a');
    writeFileSync(file, text);
    writeFileSync(join(directory, 'bare.nft'), text.replace(/^(?:#.*\n)+/, ''));
    const diff = await natcInProcess(['diff', file, join(directory, 'bare.nft'), '-q']);
    expect([diff.exitCode, diff.stdout]).toEqual([0, expect.any(String)]);
  });
});
