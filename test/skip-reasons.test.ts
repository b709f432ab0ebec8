import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const emptyPath = mkdtempSync(join(tmpdir(), 'natc-path-'));
afterAll(() => rmSync(emptyPath, { recursive: true }));

/** A test run on a machine that has no nft, nor any other program; `ci` as CI sets it. */
function runWithoutTools(ci: string) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', 'test/kernel/harness.test.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NATC_NO_KERNEL: '', NO_COLOR: '1', CI: ci, PATH: emptyPath },
  });
  return { status, output: stdout + stderr };
}

test('kernel tests that cannot run are counted as skipped, with the reason', () => {
  const { status, output } = runWithoutTools('');
  expect(output).toMatch(/\d+ tests skipped: not found: .*\bnft\b/);
  expect(status).toBe(0);
});

test('in CI they fail', () => {
  const { status, output } = runWithoutTools('true');
  expect(output).toMatch(/in CI the kernel tests must run: not found: .*\bnft\b/);
  expect(status).toBe(1);
});
