/**
 * The pipes with Helm that docs/diff.md has, with a stand-in that prints what Helm printed of fixtures/helm/chart (two
 * documents of one template, a chart in the chart, hooks, notes); and that Helm prints it still, where there is one.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { natcProgram } from '../support/natc.ts';

const fixture = resolve('fixtures/helm');
const folder = mkdtempSync(join(tmpdir(), 'natc-helm-'));
const bin = join(folder, 'bin');
const work = join(folder, 'work');

beforeAll(() => {
  for (const path of [bin, work, join(folder, 'main')]) mkdirSync(path);
  for (const path of [work, join(folder, 'main')]) {
    symlinkSync(join(fixture, 'chart'), join(path, 'chart'));
    writeFileSync(join(path, 'prod.yaml'), readFileSync(join(fixture, 'prod.yaml')));
  }
  // Of the branch, prod.yaml has other values; main has those of the chart.
  const helm = `#!/bin/sh
case "$*" in
  "template shop chart/ -f prod.yaml" | "template shop chart -f prod.yaml") cat ${fixture}/rendered-prod.yaml ;;
  "template shop ../main/chart -f ../main/prod.yaml") cat ${fixture}/rendered.yaml ;;
  *) echo "Error: unknown command: $*" >&2; exit 1 ;;
esac
`;
  const natc = `#!/bin/sh\nexec "${process.execPath}" "${natcProgram}" "$@"\n`;
  for (const [name, text] of Object.entries({ helm, natc })) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const page = readFileSync('docs/diff.md', 'utf8');
const block = /```\n(helm template[\s\S]*?)```/.exec(page)?.[1] ?? '';
const lines = block.split('\n').map((line) => line.replace(/ {2,}#.*/, ''));

const run = (line: string) =>
  spawnSync('bash', ['-o', 'pipefail', '-c', line], {
    ...{ cwd: work, encoding: 'utf8' },
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
  });

test('docs/diff.md has the lines that are run here', () => {
  expect(lines.filter((line) => line !== '' && !line.startsWith('git '))).toHaveLength(4);
});

test('what Helm prints is listed: hooks are no endpoints, and notes are not there', () => {
  const { status, stdout, stderr } = run(lines[0] ?? '');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/default +shop-web:http .* 3\/3/);
  expect(stdout).toMatch(/default +shop-cache .* headless/);
});

test('two renderings are compared', () => {
  const { status, stdout, stderr } = run(lines[2] ?? '');
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).toContain('spec.ports[0].port: 80 -> 8080');
  expect(stdout).toContain('2 endpoints become 3');
});

test('so is one that is kept in Git, as a side of its own', () => {
  // The line that keeps it, of the branch, and then that of main in its place.
  expect(run(lines[3] ?? '').status).toBe(0);
  const same = run(`${lines[0]?.split('|')[0]} | ${lines[4]}`);
  expect(same).toMatchObject({ status: 0, stdout: '', stderr: '' });
  writeFileSync(join(work, 'main.yaml'), readFileSync(join(fixture, 'rendered.yaml')));
  const { status, stdout } = run(`${lines[0]?.split('|')[0]} | ${lines[4]}`);
  expect(status).toBe(1);
  expect(stdout).toContain('<stdin>:');
});

test('where Helm fails, nothing is compared as if it were empty', () => {
  const { status, stderr } = run('helm template shop no-chart | natc list -');
  expect(status).toBe(2);
  expect(stderr).toContain('NATC1004');
});

const helm = spawnSync('helm', ['version', '--short'], { encoding: 'utf8' });
const isThere = helm.status === 0;

test.skipIf(!isThere)(`Helm prints that${isThere ? '' : ' (skipped: no helm here)'}`, () => {
  for (const [name, ...args] of [
    ['rendered.yaml'],
    ['rendered-prod.yaml', '-f', 'prod.yaml'],
  ] as const) {
    const { stdout } = spawnSync('helm', ['template', 'shop', 'chart', ...args], {
      ...{ cwd: fixture, encoding: 'utf8' },
    });
    expect(stdout).toBe(readFileSync(join(fixture, name), 'utf8'));
  }
});
