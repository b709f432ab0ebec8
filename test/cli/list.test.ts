import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { listFormats } from '../../src/cli/list/formats.ts';
import { runProgram } from '../../src/cli/program.ts';
import { natcInProcess } from '../support/terminal.ts';

const manifests = 'fixtures/example/manifests';
const list = (...args: readonly string[]) => natcInProcess(['list', manifests, '-q', ...args]);

/** What a terminal of some width gets. */
async function onTerminal(columns: number): Promise<readonly string[]> {
  let text = '';
  const write = async (part: string) => {
    text += part;
  };
  const channel = { isTerminal: true, columns, write };
  const terminal = { stdout: channel, stderr: channel, stdinIsTerminal: true, environment: {} };
  await runProgram(['list', manifests, '-q'], terminal);
  return text.trimEnd().split('\n');
}

describe('natc list -o', () => {
  test('table: whole where it goes into a pipe', async () => {
    const { stdout } = await list();
    expect(stdout).not.toContain('…');
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeGreaterThan(120);
  });

  test.each([60, 70, 80, 100, 120])('table: on a terminal of %i columns', async (width) => {
    const lines = await onTerminal(width);
    expect(lines.filter(({ length }) => length > width)).toEqual([]);
    expect(lines.join('\n')).toContain('no usable endpoints:');
  });

  test('table: only a cell that has its sign is cut', async () => {
    const { stdout } = await list();
    const whole = new Set(stdout.split(/\s+/));
    for (const width of [60, 80, 100]) {
      const words = (await onTerminal(width)).flatMap((line) => line.split(/\s+/));
      expect(words.filter((word) => !whole.has(word) && !word.endsWith('…'))).toEqual([]);
      expect(words.some((word) => word.endsWith('…'))).toBe(width < 100);
    }
  });

  test('wide: with endpoints', async () => {
    const { stdout } = await list('-o', 'wide', '--service', 'kube-dns');
    expect(stdout).toMatch(/^kube-system +kube-dns:dns .* 10\.180\.0\.53:53 on node-a$/m);
    expect(stdout).toMatch(/^ +10\.180\.1\.53:53 on node-b$/m);
  });

  test('name: each Service once, as --service takes it', async () => {
    const { stdout } = await list('-o', 'name');
    const names = stdout.trimEnd().split('\n');
    expect(names).toContain('shop/web');
    expect(new Set(names).size).toBe(names.length);
    const all = await list('--service', names.join(','));
    expect(all.stdout).toBe((await list()).stdout);
  });

  test('yaml: the same as json', async () => {
    const [json, yaml] = [await list('-o', 'json'), await list('-o', 'yaml')];
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });

  test.each(Object.keys(listFormats))('%s, of nothing', async (format) => {
    const run = await list('-o', format, '-n', 'none');
    expect(run.exitCode).toBe(0);
    expect(run.stdout).not.toContain('undefined');
  });
});

describe('natc list of some Services', () => {
  const names = async (...args: readonly string[]) =>
    (await list('-o', 'name', ...args)).stdout.split('\n').filter((name) => name !== '');

  test('by namespace', async () => {
    expect(await names('-n', 'kube-system')).toEqual(['kube-system/kube-dns']);
    expect(await names('-n', 'default,kube-system')).toHaveLength(2);
    const all = await names();
    expect(await names('-A')).toEqual(all);
    expect(await names('--all-namespaces', '-n', 'kube-system')).toEqual(all);
  });

  test('by name, with its namespace or without', async () => {
    expect(await names('--service', 'web')).toEqual(['shop/web']);
    expect(await names('--service', 'shop/web', '--service', 'kubernetes')).toHaveLength(2);
    expect(await names('--service', 'web', '-n', 'default')).toEqual([]);
  });

  test('by labels of the Service', async () => {
    const service = (name: string, labels: string, address: string) =>
      `{"apiVersion":"v1","kind":"Service","metadata":{"name":"${name}","labels":${labels}},"spec":{"clusterIP":"${address}","ports":[{"port":80}]}}`;
    const input = `{"apiVersion":"v1","kind":"List","items":[${service('a', '{"app":"web"}', '172.30.0.1')},${service('b', '{}', '172.30.0.2')}]}`;
    const { natc } = await import('../support/natc.ts');
    const run = (selector: string) => natc(['list', '-o', 'name', '-l', selector], { input });
    expect(run('app=web').stdout).toBe('default/a\n');
    expect(run('!app').stdout).toBe('default/b\n');
    expect(run('app notin (web)').stdout).toBe('default/b\n');
    const none = run('app=db');
    expect(none).toMatchObject({ exitCode: 0, stdout: '' });
    expect(none.stderr).toContain('warning[NATC2142]: no Service has the labels "app=db"');
  });

  test('what nobody has is told', async () => {
    const missing = await natcInProcess(['list', manifests, '--service', 'shop/wbe']);
    expect(missing).toMatchObject({ exitCode: 2, stdout: '' });
    expect(missing.stderr).toContain('did you mean shop/web?');
    const empty = await natcInProcess(['list', manifests, '-n', 'shpo']);
    expect(empty.exitCode).toBe(0);
    expect(empty.stderr).toContain('warning[NATC2141]: no Service is in the namespace "shpo"');
    expect(empty.stderr).toContain('did you mean shop?');
  });

  test('a selector that cannot be read is refused', async () => {
    const run = await list('-l', 'app in web');
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('expected "(" after in, got "web"');
  });
});
