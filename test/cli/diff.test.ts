import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithKernel } from '../support/kernel-available.ts';
import { createKernelNode, type KernelNode } from '../support/kernel-node.ts';
import { natc, natcProgram } from '../support/natc.ts';
import { natcInProcess } from '../support/terminal.ts';

const old = 'fixtures/diff/endpoint-gone/old.yaml';
const next = 'fixtures/diff/endpoint-gone/new.yaml';
const flags = ['--node-name', 'node-a', '--node-ip', '192.168.0.11', '-q'];
const directory = mkdtempSync(join(tmpdir(), 'natc-diff-'));
const golden = join(directory, 'old.nft');

beforeAll(async () => {
  const { stdout } = await natcInProcess(['compile', '-f', old, ...flags]);
  writeFileSync(golden, stdout);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const diff = (...args: readonly string[]) => natcInProcess(['diff', ...args, ...flags]);

describe('natc diff', () => {
  test('0 and silence where the sides are the same, manifests or golden', async () => {
    for (const view of ['traffic', 'text', 'kernel'])
      expect(await diff(golden, old, '--view', view)).toEqual({
        exitCode: 0,
        stdout: '',
        stderr: '',
      });
  });

  test('1 where they differ, whatever kind the sides are', async () => {
    const manifests = await diff(old, next);
    expect(manifests.exitCode).toBe(1);
    const ruleset = await diff(golden, next);
    expect(ruleset).toEqual({ ...manifests, stdout: ruleset.stdout });
    expect(ruleset.stdout).toContain('loses 10.180.1.11:8080 (1/3), the others 1/3 -> 1/2');
  });

  test('stdin may be one of the sides', () => {
    const run = natc(['diff', golden, '-', ...flags], { input: '{"kind":"List","items":[]}' });
    expect(run.exitCode).toBe(2);
    const both = natc(['diff', '-', '-', ...flags]);
    expect(both.exitCode).toBe(2);
    expect(both.stderr).toContain('only one side can be stdin');
  });

  test('a side that holds nothing is a side: everything is new, or gone', async () => {
    const empty = join(directory, 'empty');
    mkdirSync(empty, { recursive: true });
    const none = join(empty, 'none.yaml');
    const list = join(directory, 'list.json');
    writeFileSync(list, '{"apiVersion":"v1","kind":"List","items":[]}\n');
    const noManifests = join(directory, 'no-manifests');
    mkdirSync(noManifests, { recursive: true });
    const deleted = new Set<string>();
    for (const side of [noManifests, list, none]) {
      if (side === none) writeFileSync(none, '');
      const gone = await natcInProcess(['diff', next, side, ...flags.slice(0, -1)]);
      expect(gone.exitCode).toBe(1);
      expect(gone.stderr).toMatch(/warning\[NATC100[245]\]/);
      expect(gone.stderr).toContain('this side of the diff counts as one without Services');
      expect(gone.stdout).toContain('(removed)');
      deleted.add(gone.stdout);
      const added = await diff(side, next);
      expect(added.exitCode).toBe(1);
      expect(added.stdout).toContain('(new)');
      expect((await diff(side, list)).exitCode).toBe(0);
    }
    expect(deleted.size).toBe(1);
    expect((await diff(join(directory, 'absent'), next)).exitCode).toBe(2);
  });

  test('2 for what cannot be read', async () => {
    expect((await diff('no-such.yaml', next)).exitCode).toBe(2);
    const broken = join(directory, 'broken.nft');
    writeFileSync(broken, 'table ip natc { flowtable f { } }\n');
    const run = await diff(broken, next);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('NATC4101');
    expect((await diff(old, next, '--view', 'text', '-o', 'markdown')).exitCode).toBe(2);
  });

  test('the kernel view is a transaction, the text view a unified diff', async () => {
    const kernel = await diff(old, next, '--view', 'kernel');
    expect(kernel.stdout).toContain('delete element ip natc');
    const text = await diff(old, next, '--view', 'text');
    expect(text.stdout).toMatch(/^--- fixtures.*\n\+\+\+ fixtures.*\n@@ /);
    for (const view of ['kernel', 'text', 'traffic']) {
      const { stdout } = await diff(old, next, '--view', view, '-o', 'json');
      expect(JSON.parse(stdout)).toMatchObject({ schema: 'natc.diff/v1', view, same: false });
    }
  });

  test('the iptables rules of manifests, as packets see them and as text', async () => {
    const iptables = ['--backend', 'iptables'];
    const traffic = await diff(old, next, ...iptables);
    expect(traffic).toEqual(await diff(old, next));
    expect(traffic.stdout).toContain('loses 10.180.1.11:8080 (1/3), the others 1/3 -> 1/2');
    const text = await diff(old, next, ...iptables, '--view', 'text');
    expect(text.exitCode).toBe(1);
    expect(text.stdout).toMatch(/^-.*-j DNAT --to-destination 10\.180\.1\.11:8080$/m);
    for (const view of ['traffic', 'text'])
      expect(await diff(old, old, ...iptables, '--view', view)).toEqual({
        exitCode: 0,
        stdout: '',
        stderr: '',
      });
  });

  test.each([
    [['live', next], 'the kernel'],
    [[golden, next], 'an nftables ruleset'],
    [[old, next, '--view', 'kernel'], '--view kernel'],
  ])('2 for iptables rules that nobody has: %j', async (args, problem) => {
    const run = await diff(...args, '--backend', 'iptables');
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(problem);
  });

  test('colour only where it is wanted', () => {
    const colours = (env: Record<string, string>, ...more: string[]) =>
      natc(['diff', old, next, ...flags, ...more], { env }).stdout.includes('\u001b[');
    expect(colours({})).toBe(false);
    expect(colours({ FORCE_COLOR: '1' })).toBe(true);
    expect(colours({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(colours({}, '--color=always')).toBe(true);
  });
});

describeWithKernel('natc diff live', () => {
  let node: KernelNode;
  beforeAll(async () => {
    node = await createKernelNode({ localIPs: ['192.168.0.11'], routeLocalnet: false });
  });
  afterAll(() => node.dispose());

  const run = (...args: readonly string[]) =>
    node.run([process.execPath, natcProgram, 'diff', ...args, ...flags]);

  test('an empty kernel, a loaded one, and the script from the one to the other', async () => {
    const fromNothing = await run('live', old);
    expect(fromNothing.status).toBe(1);
    expect(fromNothing.stdout).toContain('Service shop/web (new)');

    const { stdout: ruleset } = await natcInProcess(['compile', '-f', old, ...flags]);
    await node.load(ruleset);
    for (const view of ['traffic', 'text', 'kernel'])
      expect(await run('live', old, '--view', view)).toMatchObject({ status: 0, stdout: '' });

    const script = await run('live', next, '--view', 'kernel');
    expect(script.status).toBe(1);
    await node.load(script.stdout);
    expect(await run('live', next)).toMatchObject({ status: 0, stdout: '' });
    expect((await run(old, 'live')).stdout).toContain('nobody answers here any more');
  });
});
