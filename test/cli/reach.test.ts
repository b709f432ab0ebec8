import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { expectGolden } from '../support/golden.ts';
import { natcInProcess } from '../support/terminal.ts';

const manifests = 'fixtures/example/manifests';
const node = ['--config', 'fixtures/example/kube-proxy.yaml', '--node-name', 'node-a', '-q'];
const reach = (...args: readonly string[]) => natcInProcess(['reach', ...args, ...node]);

/** The first columns, without the line. */
const answers = (table: string): readonly string[] =>
  table
    .split('\n\n')[0]!
    .split('\n')
    .slice(1)
    .map((row) => row.split(/ {3,}/).slice(0, 5).join(' | '));

describe('natc reach of the example', () => {
  test.each(['outside', 'pods', 'node', 'anyone', '203.0.113.0/24'])('from %s', async (from) => {
    const { stdout, exitCode } = await reach(manifests, '--from', from);
    expectGolden(`fixtures/reach/${from.replace('/', '-')}.txt`, stdout);
    expect(exitCode).toBe(0);
  });

  test.each(['json', 'markdown'])('as %s', async (output) => {
    const { stdout } = await reach(manifests, '-o', output);
    expectGolden(`fixtures/reach/outside.${output === 'json' ? 'json' : 'md'}`, stdout);
  });

  test('is the same for iptables, and for the golden ruleset', async () => {
    const { stdout } = await reach(manifests);
    expect((await reach(manifests, '--backend', 'iptables')).stdout).toBe(stdout);
    const golden = await reach(
      ...['--ruleset', 'fixtures/example/expected.nft', '--node-ip', '192.168.0.11,2001:db8::11'],
    );
    expect(answers(golden.stdout)).toEqual(answers(stdout));
  });

  test('cluster IPs answer clients outside too, and are listed when asked for', async () => {
    const [short, long] = [await reach(manifests), await reach(manifests, '--cluster-ips')];
    const left = /^(\d+) ports of cluster IPs would answer too/m.exec(short.stdout)?.[1];
    expect(answers(long.stdout).filter((row) => row.includes('ClusterIP'))).toHaveLength(
      Number(left),
    );
    expect(long.stdout).not.toContain('would answer too');
  });

  test.each([70, 80, 100])('fits a terminal of %i columns', async (columns) => {
    let text = '';
    const write = async (part: string) => {
      text += part;
    };
    const channel = { isTerminal: true, columns, write };
    const terminal = { stdout: channel, stderr: channel, stdinIsTerminal: true, environment: {} };
    await runProgram(['reach', manifests, ...node], terminal);
    const table = text.split('\n\n')[0]!.split('\n');
    expect(table.filter(({ length }) => length > columns)).toEqual([]);
  });

  test('--out-file gets the table', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'natc-reach-'));
    const file = join(directory, 'exposure.txt');
    const { stdout } = await reach(manifests, '--out-file', file);
    expect(stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toBe((await reach(manifests)).stdout);
    rmSync(directory, { recursive: true });
  });
});

test('what is not compiled in full is told, and the status is 1', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'natc-reach-'));
  const file = join(directory, 'web.yaml');
  writeFileSync(
    file,
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n',
  );
  const run = await natcInProcess(['reach', file, '-q', '--no-allocate']);
  rmSync(directory, { recursive: true });
  expect(run.stdout).toContain('NOT IN FULL: default/web');
  expect(run.exitCode).toBe(1);
});

test('--backend iptables asks manifests only', async () => {
  const run = await natcInProcess(['reach', '--live', '--backend', 'iptables']);
  expect(run.stderr).toContain('--backend iptables needs manifests: -f');
  expect(run.exitCode).toBe(2);
});
