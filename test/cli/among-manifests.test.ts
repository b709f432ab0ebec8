/** What lies beside manifests: files that are none, what the user leaves out, copies. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-among-'));
const before = process.cwd();
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const service = (name: string, metadata = '') => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop${metadata} }
spec: { clusterIP: 172.30.0.10, ports: [{ port: 80 }] }
`;

beforeAll(() => {
  const files = {
    'k8s/web.yaml': service('web'),
    'k8s/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'k8s/charts/web/values.yaml': 'replicas: 1\n',
    'k8s/charts/web/templates/service.yaml': service('"{{ .Release.Name }}"'),
    'k8s/package.json': '{ "name": "web" }',
    'copies/a.yaml': service('web'),
    'copies/b.yaml': service('web'),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  process.chdir(folder);
});

const check = (...args: readonly string[]) =>
  natcInProcess(['check', '--no-kernel', '--no-sysctl', ...args]);

test('files that are no manifests are counted, and listed with -v', async () => {
  const run = await check('k8s', '--exclude', 'templates');
  expect(run).toMatchObject({
    exitCode: 0,
    stderr:
      'skipped 3 files without Kubernetes objects: k8s/package.json, k8s/charts/web/Chart.yaml, k8s/charts/web/values.yaml\n' +
      'excluded: 1 file or directory\n',
  });
  const verbose = await check('k8s', '-v', '--exclude', 'templates');
  for (const name of ['k8s/charts/web/Chart.yaml', 'k8s/charts/web/values.yaml'])
    expect(verbose.stderr).toContain(`::: ${name}\n`);
  expect((await check('k8s/package.json')).exitCode).toBe(2);
});

test('templates of a chart are a warning, wherever the reading begins', async () => {
  for (const path of ['k8s', 'k8s/charts/web/templates', 'k8s/**/*.yaml']) {
    const { stderr } = await check('k8s/web.yaml', path);
    expect(stderr).toContain('warning[NATC1066]: k8s/charts/web/templates/service.yaml is');
  }
});

test.each([
  [['--exclude', 'charts', '--exclude', '*.json']],
  [['--exclude', 'k8s/charts', '--exclude', './k8s/package.json']],
  [['--exclude', '**/{templates,values.yaml,Chart.yaml,*.json}']],
])('%j leaves the manifests', async (args) => {
  for (const command of ['check', 'list', 'compile']) {
    const kernel = command === 'check' ? ['--no-kernel', '--no-sysctl'] : [];
    const run = await natcInProcess([command, ...kernel, '-f', 'k8s', '-v', ...args]);
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain('1 note in 1 file (1 object)');
  }
});

test('natc.yaml excludes for every command, from where it lies', async () => {
  const text = `apiVersion: natc.dev/v1alpha1
kind: NatcConfiguration
filename: k8s
exclude: [k8s/charts, '*.json']
`;
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub/natc.yaml'), text.replaceAll('k8s', '../k8s'));
  const run = await check('--natc-config', 'sub/natc.yaml');
  expect(run).toMatchObject({ exitCode: 0, stderr: 'excluded: 2 files or directories\n' });
  const diff = await natcInProcess(['diff', 'k8s', 'k8s', '--natc-config', 'sub/natc.yaml']);
  expect(diff).toMatchObject({ exitCode: 0, stderr: '' });
});

test('a pattern that excludes nothing is told of, once, and only where no side needs it', async () => {
  const run = await check(
    'k8s',
    '--exclude',
    'templates',
    '--exclude',
    'template',
    '--exclude',
    '*.jsn',
  );
  expect(run.stderr.match(/warning\[NATC3060\]: .*/g)).toEqual([
    'warning[NATC3060]: --exclude "*.jsn" leaves nothing out: no manifest and no directory that natc would read matches',
    'warning[NATC3060]: --exclude "template" leaves nothing out: no manifest and no directory that natc would read matches',
  ]);
  const failing = await check('k8s/web.yaml', '--exclude', 'x', '--fail-on', 'warning');
  expect(failing.exitCode).toBe(1);
  const diff = async (pattern: string, ...args: readonly string[]) =>
    (await natcInProcess(['diff', 'k8s', 'k8s/web.yaml', '--exclude', pattern, ...args])).stderr;
  expect(await diff('templates')).not.toContain('NATC3060');
  expect((await diff('template')).match(/NATC3060/g)).toHaveLength(1);
});

test('where all is excluded, that is an error', async () => {
  const run = await check('k8s', '--exclude', '*');
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('NATC1067');
});

test('of a copy nothing is said but that it is one, also where it says what to ignore', async () => {
  const annotation = ', annotations: { natc.dev/ignore: NATC3011 it is meant }';
  for (const name of ['a', 'b']) writeFileSync(`copies/${name}.yaml`, service('web', annotation));
  const { stderr, exitCode } = await check('-v', 'copies');
  expect(exitCode).toBe(0);
  expect(stderr).toContain('copies/b.yaml:3:19: note[NATC2130]: Service shop/web is given again');
  expect(stderr).toContain('1 note, 1 ignored in 2 files (2 objects)');
});
