import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { takeLock } from '../../src/live/lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a machine without flock is told so', async () => {
  const result = await takeLock(folder, 1, {
    find: async (name) => ({ kind: 'not-found', message: `${name}: command not found` }),
    environment: async () => ({}),
  });
  expect(result).toEqual({ kind: 'unavailable', reason: 'flock is not installed' });
});
