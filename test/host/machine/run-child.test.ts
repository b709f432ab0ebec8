import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Reaper } from '../../../src/host/machine/reaper.ts';
import { type Child, type ChildLimits, runChild } from '../../../src/host/machine/run-child.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-run-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Told from those of another run, which may have been killed. */
const nap = (name: number): string => `sleep ${name}.${process.pid}`;

const limits: ChildLimits = { seconds: 20, output: 1_000_000, grace: 0.1 };

const idle: Reaper = { shell: '/bin/sh', started: () => {}, ended: () => {} };

const shell = (
  script: string,
  more: Partial<Child> = {},
  lowered: Partial<ChildLimits> = {},
  reaper: Reaper | undefined = undefined,
) =>
  runChild(
    {
      path: '/bin/sh',
      args: ['-c', script],
      stdin: '',
      env: { PATH: process.env['PATH'] },
      cwd: '/',
      ...more,
    },
    { ...limits, ...lowered },
    reaper,
  );

test('what it prints comes as it is: byte order mark, white space at the end, bytes that are no UTF-8', async () => {
  expect(await shell("printf '\\357\\273\\277x\\377\\n\\n'; printf 'y\\n\\n' >&2; exit 3")).toEqual(
    {
      kind: 'exited',
      exitCode: 3,
      stdout: '\ufeffx\ufffd\n\n',
      stderr: 'y\n\n',
    },
  );
});

test('it gets its input whole, and may end without reading it', async () => {
  const stdin = 'ä'.repeat(2_000_000);
  expect(await shell('wc -c', { stdin })).toMatchObject({ stdout: '4000000\n' });
  expect(await shell('exit 0', { stdin })).toMatchObject({ exitCode: 0, stderr: '' });
});

test('the beginning of endless complaints is kept, the rest counted', async () => {
  const result = await shell('yes | head -c 200000 >&2; exit 1');
  expect(result).toMatchObject({ exitCode: 1 });
  expect(result.kind === 'exited' && result.stderr).toMatch(
    /^(y\n){32768}\n\(134464 more bytes\)\n$/,
  );
});

test('nothing of it runs before the reaper knows of it', async () => {
  const path = 'mark';
  const known: boolean[] = [];
  const reaper = {
    shell: '/bin/sh',
    started: (group: number) => {
      spawnSync('sleep', ['0.2']);
      known.push(group > 1, existsSync(join(folder, path)));
    },
    ended: () => {},
  };
  const child = {
    ...{ path: '/bin/sh', args: ['-c', `touch ${path}; cat`], stdin: 'a\nb\n' },
    ...{ env: { PATH: process.env['PATH'] }, cwd: folder },
  };
  expect(await runChild(child, limits, reaper)).toMatchObject({ exitCode: 0, stdout: 'a\nb\n' });
  expect([...known, existsSync(join(folder, path))]).toEqual([true, false, true]);
});

test('it is told how it ended', async () => {
  expect(await shell('kill -9 $$')).toEqual({ kind: 'signalled', signal: 'SIGKILL', stderr: '' });
});

test.each([
  ['that is not there', { path: join(folder, 'none') }, /ENOENT/],
  ['that no folder of PATH has', { path: 'no-such-program' }, /ENOENT/],
  ['that is a folder', { path: folder }, /EACCES/],
  ['with an argument that the system cannot take', { args: ['-c', 'a\0b'] }, /null bytes/],
  ['with arguments that are too long', { args: ['-c', 'x'.repeat(3_000_000)] }, /E2BIG/],
  ['in a folder that is gone', { cwd: join(folder, 'gone') }, /ENOENT/],
])('a program %s is not started', async (_, child, message) => {
  for (const reaper of [undefined, idle])
    expect(await shell('', child, {}, reaper)).toEqual({
      kind: 'not-started',
      message: expect.stringMatching(message),
    });
});

test.each([
  ['ends when it is asked to', `exec ${nap(76501)}`, 'it took longer than 0.2 s'],
  [
    'takes no notice, and what it started neither',
    `trap '' TERM; ${nap(76502)} & ${nap(76502)}`,
    'it took longer than 0.2 s',
  ],
  [
    'is gone, and what it started holds its pipe',
    `${nap(76503)} & exit 0`,
    'it took longer than 0.2 s',
  ],
  [
    'has what left its group hold its pipe',
    `setsid sleep 3 & ${nap(76504)}`,
    'it took longer than 0.2 s',
  ],
  [
    'closes no pipe after too much',
    `trap '' PIPE; yes; ${nap(76505)} & ${nap(76505)}`,
    'it printed more than 1000000 bytes',
  ],
  [
    'complains too much',
    `yes >&2; ${nap(76506)} & ${nap(76506)}`,
    'it printed more than 1000000 bytes',
  ],
])('one that %s is stopped', async (_, script, limit) => {
  const result = await shell(script, {}, limit.includes('longer') ? { seconds: 0.2 } : {});
  expect(result).toMatchObject({ kind: 'signalled', signal: 'SIGKILL', limit });
  const [command = 'none'] = /sleep 7650[\d.]+/.exec(script) ?? [];
  await expect.poll(() => spawnSync('pgrep', ['-fx', command]).status).toBe(1);
});
