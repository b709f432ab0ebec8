import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { projectRoot } from '../support/natc.ts';
import { withoutHead } from '../support/ruleset-head.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

const folder = mkdtempSync(join(tmpdir(), 'natc-pack-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: readonly string[], cwd: string, input = '') {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, input, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the packed program runs when installed into an empty folder', () => {
  // dist/ is there already; packing must not build it under the feet of other tests.
  const packed = run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    projectRoot,
  );
  expect(packed.status, packed.stderr).toBe(0);
  const [{ filename, files }] = JSON.parse(packed.stdout) as [
    { filename: string; files: readonly { path: string }[] },
  ];
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.d.ts']));
  expect(paths.filter((path) => /^(src|test|scripts|node_modules)\//.test(path))).toEqual([]);

  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const installed = run(
    'npm',
    ['install', '--omit=dev', '--no-audit', '--no-fund', join(folder, filename)],
    folder,
  );
  expect(installed.status, installed.stderr).toBe(0);
  expect(installed.stderr).not.toContain('install-scripts');

  const natc = join(folder, 'node_modules/.bin/natc');
  expect(existsSync(natc)).toBe(true);
  expect(run(natc, ['--version'], folder)).toMatchObject({ status: 0, stdout: `${version}\n` });
  const service = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: 172.30.0.10, ports: [{ port: 80 }] }
`;
  const compiled = run(natc, ['compile', '-f', '-'], folder, service);
  expect(compiled).toMatchObject({ status: 0, stderr: '' });
  expect(compiled.stdout).toContain('172.30.0.10');

  const script = `import { compile, defaultOptions, readObjects, renderNft } from 'natc';
    const bytes = new TextEncoder().encode(${JSON.stringify(service)});
    const { objects } = readObjects([{ name: 'web.yaml', bytes }]);
    console.log(renderNft(compile(objects, defaultOptions).output.ruleset));`;
  const asLibrary = run(process.execPath, ['--input-type=module', '-e', script], folder);
  expect(asLibrary).toMatchObject({
    status: 0,
    stderr: '',
    stdout: `${withoutHead(compiled.stdout)}\n`,
  });
}, 180_000);
