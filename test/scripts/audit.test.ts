/** `npm run audit` with a stand-in for npm: nobody takes silence for a clean bill. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { projectRoot } from '../support/natc.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const vulnerable = {
  vulnerabilities: { yaml: { name: 'yaml', severity: 'moderate' } },
  metadata: { vulnerabilities: { moderate: 1, total: 1 } },
};

test.each([
  ['none', { vulnerabilities: {}, metadata: { vulnerabilities: { total: 0 } } }, 0, 'no known'],
  ['some', vulnerable, 1, 'known vulnerabilities: yaml (moderate)'],
  ['a refusal', { message: '405 Method Not Allowed' }, 2, 'not audited: 405 Method Not Allowed'],
  ['no JSON', undefined, 2, 'not audited: npm error network'],
])('%s', (_, answer, status, says) => {
  const npm = join(folder, 'npm');
  const text = answer === undefined ? '' : JSON.stringify(answer);
  writeFileSync(npm, `#!/bin/sh\necho '${text}'\necho 'npm error network' >&2\nexit 1\n`);
  chmodSync(npm, 0o755);
  const run = spawnSync(process.execPath, ['scripts/audit.mjs'], {
    ...{ cwd: projectRoot, encoding: 'utf8' },
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
  });
  expect(run.status).toBe(status);
  expect(run.stdout).toContain(`natc: ${says}`);
});
