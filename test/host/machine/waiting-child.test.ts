import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { execHost } from '../../../src/host/machine/exec-host.ts';
import type { Reaper } from '../../../src/host/machine/reaper.ts';
import { defaultLimits } from '../../../src/host/machine/run-child.ts';
import { startWaiting, waitingPrograms } from '../../../src/host/machine/waiting-child.ts';

const host = execHost({ uid: 0, path: process.env['PATH'] });

const never = (): boolean => false;

test('what is enough comes before the program has ended, the whole of it when it has', async () => {
  const script = 'read -r line; echo "got $line"; sleep 5; echo late';
  const long = host.waiting?.('sh', ['-c', script]);
  expect(await long?.ask('a\n', (text) => text.endsWith('\n'))).toBe('got a\n');
  const short = host.waiting?.('sh', ['-c', 'cat; echo end']);
  expect(await short?.ask('a\n', never)).toBe('a\nend\n');
});

test('one waits from the beginning, another one when it was used, and each is used once', async () => {
  const started: string[] = [];
  const programs = waitingPrograms(async () => {
    const name = String(started.length);
    started.push(name);
    return { give: async () => name };
  });
  expect(started).toEqual(['0']);
  const both = await Promise.all([programs.ask('', never), programs.ask('', never)]);
  expect(both).toEqual(['0', '1']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toEqual(['0', '1', '2']);
  expect(await programs.ask('', never)).toBe('2');
});

test.each([
  ['that does not exist', 'no-such-program', []],
  ['that has ended before it is asked', 'true', []],
  ['that reads nothing', 'sh', ['-c', 'exec <&-; exit 3']],
])('a program %s answers nothing', async (_, program, args) => {
  const programs = host.waiting?.(program, args);
  expect(await programs?.ask('a\n'.repeat(100_000), never)).toBe('');
});

test('a host has one of each, however often it is asked for', () => {
  expect(host.waiting?.('cat', [])).toBe(host.waiting?.('cat', []));
  expect(host.waiting?.('cat', [])).not.toBe(host.waiting?.('cat', ['-n']));
});

test('the reaper knows of it while it waits, until it has ended', async () => {
  const known: string[] = [];
  const reaper: Reaper = {
    shell: '/bin/sh',
    started: () => known.push('started'),
    ended: () => known.push('ended'),
  };
  const child = { path: '/bin/cat', args: [], env: {}, cwd: '/' };
  const waiting = await startWaiting(child, defaultLimits, reaper);
  expect(known).toEqual(['started']);
  expect(await waiting.give('a', never)).toBe('a');
  expect(known).toEqual(['started', 'ended']);
});

test('natc ends while one waits, and so does that', async () => {
  const source = new URL('../../../dist/host/machine/exec-host.js', import.meta.url).href;
  const name = `60.${process.pid}`;
  const script = `
    const { execHost } = await import(${JSON.stringify(source)});
    execHost({ uid: 0, path: process.env.PATH }).waiting('sh', ['-c', 'read -r line; sleep ${name}']);
    await new Promise((resolve) => setTimeout(resolve, 300));
  `;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 60_000,
    encoding: 'utf8',
  });
  expect([run.status, run.stderr]).toEqual([0, '']);
  await expect.poll(() => spawnSync('pgrep', ['-fx', `sleep ${name}`]).status).toBe(1);
});
