import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  loadAttempt,
  loadWarnings,
  storeAttempt,
  storeWarnings,
} from '../../../src/host/state/attempt-store.ts';
import { pendingStatus } from '../../../src/host/state/pending-status.ts';
import { refuseFromNow } from '../../../src/host/state/unconfirmed.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'natc-attempt-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('an attempt is kept, with the time of the last success', async () => {
  await storeAttempt(directory, { time: 1000, exitCode: 0, message: undefined });
  await storeAttempt(directory, { time: 1060, exitCode: 3, message: 'nft: not found' });
  const failed = { time: 1060, exitCode: 3, message: 'nft: not found', lastSuccess: 1000 };
  expect(await loadAttempt(directory)).toEqual(failed);
});

test('a success before a change was undone, and one after, are two in the same second', async () => {
  const isUndone = async () => {
    const attempt = await loadAttempt(directory);
    return (await pendingStatus(directory, undefined, attempt?.afterUndone, 1000)).isUndone;
  };
  const success = { time: 1000, exitCode: 0, message: undefined };
  await storeAttempt(directory, success);
  expect(await isUndone()).toBe(false);
  await refuseFromNow(directory, { digest: 'a'.repeat(32), time: 1000 });
  expect(await isUndone()).toBe(true);
  await storeAttempt(directory, { time: 1000, exitCode: 4, message: 'NATC5107' });
  expect(await isUndone()).toBe(true);
  await storeAttempt(directory, success);
  expect(await isUndone()).toBe(false);
  await storeAttempt(directory, { time: 1001, exitCode: 3, message: 'nft: not found' });
  expect(await isUndone()).toBe(false);
});

test('the same outcome is not written again within half a minute', async () => {
  const inode = () => statSync(join(directory, 'attempt.json')).ino;
  await storeAttempt(directory, { time: 1000, exitCode: 0, message: undefined });
  const first = inode();
  await storeAttempt(directory, { time: 1029, exitCode: 0, message: undefined });
  expect(inode()).toBe(first);
  await storeAttempt(directory, { time: 1029, exitCode: 5, message: undefined });
  expect((await loadAttempt(directory))?.exitCode).toBe(5);
  await storeAttempt(directory, { time: 1060, exitCode: 5, message: undefined });
  expect((await loadAttempt(directory))?.time).toBe(1060);
});

const odd = [null, [], {}, -1, 1.5, 1e300, 'a\nb', '\u001b[2K', true];

test.each(odd)('%j in a file makes it count as absent', async (value) => {
  const attempt = {
    format: 1,
    time: 1,
    exitCode: 0,
    message: 'm',
    lastSuccess: 1,
    afterUndone: 'u',
  };
  for (const key of Object.keys(attempt)) {
    writeFileSync(join(directory, 'attempt.json'), JSON.stringify({ ...attempt, [key]: value }));
    expect(await loadAttempt(directory), key).toBeUndefined();
  }
  const warning = { id: 'i', code: 'c', message: 'm', place: 'p', since: 1 };
  for (const key of Object.keys(warning)) {
    const warnings = [{ ...warning, [key]: value }];
    const json = JSON.stringify({ format: 1, warnings, others: [] });
    writeFileSync(join(directory, 'warnings.json'), json);
    expect(await loadWarnings(directory), key).toBeUndefined();
  }
});

test('only true says that a warning is of an input that was not applied', async () => {
  const warning = { id: 'i', code: 'c', message: 'm', place: 'p', since: 1 };
  const other = { digest: 'd', count: 3 };
  const kept = async (unapplied: unknown) => {
    const warnings = [{ ...warning, unapplied }];
    const json = JSON.stringify({ format: 1, warnings, others: [{ ...other, unapplied }] });
    writeFileSync(join(directory, 'warnings.json'), json);
    return loadWarnings(directory);
  };
  const unapplied = true;
  expect(await kept(true)).toEqual({
    warnings: [{ ...warning, unapplied }],
    others: [{ ...other, unapplied }],
  });
  for (const value of [null, false, 1, 'true', {}]) expect(await kept(value)).toBeUndefined();
});

test('warnings are kept', async () => {
  expect(await loadWarnings(directory)).toBeUndefined();
  const warnings = [{ id: 'i', code: 'NATC2001', message: 'm', place: 'p', since: 1 }];
  const standing = { warnings, others: [{ digest: 'd', count: 3 }] };
  await storeWarnings(directory, standing);
  expect(await loadWarnings(directory)).toEqual(standing);
});
