import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadAttempt } from '../../src/host/state/attempt-store.ts';
import { natcInProcess } from '../support/terminal.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'natc-attempt-'));
  writeFileSync(join(directory, 'input.yaml'), 'kind: [');
});
afterEach(() => rmSync(directory, { recursive: true }));

const apply = async (...args: readonly string[]) =>
  (await natcInProcess(['apply', '--state-dir', directory, ...args])).exitCode;
const broken = () => ['-f', join(directory, 'input.yaml')];

test('an apply that cannot list the cluster is kept as an attempt', async () => {
  expect(await apply('--from-cluster', '--kubeconfig', join(directory, 'none'))).toBe(3);
  expect(await loadAttempt(directory)).toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/^the kubeconfig .* \(NATC5075\)$/),
    lastSuccess: undefined,
  });
});

test('so is one with an input that cannot be read', async () => {
  expect(await apply(...broken())).toBe(2);
  expect(await loadAttempt(directory)).toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/\(NATC10\d\d\)$/),
  });
});

test.each([
  ['a usage error', ['--no-such-flag']],
  ['a dry run', ['--dry-run']],
])('%s is none', async (_, flags) => {
  expect(await apply(...broken(), ...flags)).toBe(2);
  expect(readdirSync(directory)).toEqual(['input.yaml']);
});
