import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Programs, programsOn } from '../../../src/host/machine/programs.ts';
import { removeLock, takeLock } from '../../../src/host/state/lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a machine without flock is told so', async () => {
  const result = await takeLock(folder, 1, {
    find: async (name) => ({ kind: 'not-found', message: `${name}: command not found` }),
    environment: async () => ({}),
  });
  expect(result).toEqual({ kind: 'unavailable', reason: 'flock is not installed' });
});

const locked = async (timeout: number) => {
  const result = await takeLock(folder, timeout);
  if (result.kind !== 'held') throw new Error(`not held: ${JSON.stringify(result)}`);
  return result.lock;
};

test('one at a time holds it', async () => {
  const first = await locked(0);
  expect(await takeLock(folder, 0)).toEqual({ kind: 'timeout' });
  await first.release();
  await (await locked(0)).release();
});

test('who waited for a lock whose file was removed holds the one that others see', async () => {
  const first = await locked(0);
  const second = locked(10);
  // It has the file open by now, and waits.
  await expect.poll(() => openFiles('lock')).toBe(2);
  await removeLock(folder);
  const newcomer = await locked(0);
  await first.release();
  expect(await takeLock(folder, 0)).toEqual({ kind: 'timeout' });
  await newcomer.release();
  const lock = await second;
  expect(await takeLock(folder, 0)).toEqual({ kind: 'timeout' });
  await lock.release();
});

/** How often this process has the file open. */
const openFiles = (name: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === join(folder, name);
    } catch {
      return false;
    }
  }).length;

const bad: readonly (readonly [string, RegExp, (path: string) => void])[] = [
  ['a directory', /is no regular file/, (path) => mkdirSync(path)],
  ['a pipe', /is no regular file/, (path) => execFileSync('mkfifo', [path])],
  ['a link', /is no regular file/, (path) => symlinkSync('/etc/hostname', path)],
  ['a link to nothing', /is no regular file/, (path) => symlinkSync('/nonexistent/x', path)],
  [
    'a file that others may write',
    /may be written by others \(mode 0666\)/,
    (path) => {
      writeFileSync(path, '');
      chmodSync(path, 0o666);
    },
  ],
];

test.each(bad)('%s in its place is refused', async (_, fault, make) => {
  const path = join(folder, 'lock');
  rmSync(path, { force: true });
  make(path);
  expect(await takeLock(folder, 0)).toMatchObject({
    kind: 'unavailable',
    reason: { code: 'NATC5118', message: expect.stringMatching(fault) },
  });
  rmSync(path, { recursive: true });
});

test('a flock that gives up before its time is no other natc', async () => {
  const result = await takeLock(folder, 5, withFlock('exit 1'));
  expect(result).toEqual({ kind: 'unavailable', reason: 'flock ended with status 1' });
});

const machine = programsOn(undefined);

/** The machine's programs, and a script in the place of flock. */
function withFlock(script: string): Programs {
  const path = join(folder, 'flock');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return {
    ...machine,
    find: async (name) => (name === 'flock' ? { kind: 'found', path } : machine.find(name)),
  };
}

describe('a flock that', () => {
  test.each([
    ['hangs', 'exec sleep 60', 'flock was stopped by natc: it took longer than 0.3 s'],
    [
      'leaves a child that holds its pipe',
      'setsid sleep 3 & exec sleep 60',
      'flock was stopped by natc: it took longer than 0.3 s',
    ],
    [
      'complains without end',
      'exec yes >&2',
      'flock was stopped by natc: it printed more than 4096 bytes',
    ],
    ['crashes', 'kill -SEGV $$', 'flock ended by SIGSEGV'],
    ['fails', 'echo "no locks left" >&2; exit 1', 'no locks left'],
    ['does nothing', 'exit 0', 'flock ends with 0 and locks nothing'],
    [
      'locks for others to read too',
      'exec flock --shared 3',
      'flock ends with 0 and locks nothing',
    ],
  ])('%s is no lock', async (_, script, reason) => {
    const from = performance.now();
    const result = await takeLock(folder, 0, withFlock(script), 0.3);
    expect(result).toEqual({ kind: 'unavailable', reason });
    expect(performance.now() - from).toBeLessThan(3000);
  });
});
