/** Manifests as arguments: files, directories, patterns and stdin, wherever -f is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-paths-'));
afterAll(() => rmSync(folder, { recursive: true }));

const service = (name: string, address: string): string => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { clusterIP: ${address}, ports: [{ port: 80 }] }
`;

let last = 0;
for (const path of [
  ...['k8s/web.yaml', 'k8s/db.yml', 'k8s/team/cart.yaml', 'k8s/team/deep/mail.json.yaml'],
  ...['k8s/.hidden/secret.yaml', 'k8s/notes.txt', 'k8s/a[1].yaml', 'other/search.yaml'],
]) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  last += 1;
  const name = path.replace(/.*\//, '').replace(/\W.*/, '');
  writeFileSync(join(folder, path), service(name, `172.30.0.${last}`));
}
mkdirSync(join(folder, 'k8s/empty'));

/** The Services of what a list of paths stands for. */
async function servicesOf(...args: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await natcInProcess(['list', '-q', '-o', 'json', ...args]);
  expect(stderr).toBe('');
  return JSON.parse(stdout).services.map(({ service }: { service: string }) => service);
}

const path = (name: string): string => join(folder, name);

describe('paths as arguments', () => {
  test('files and directories, beside -f', async () => {
    expect(await servicesOf(path('other'), path('k8s/web.yaml'))).toEqual(['search', 'web']);
    expect(await servicesOf(path('other'), '-f', path('k8s/web.yaml'))).toEqual(['search', 'web']);
    expect(await servicesOf('-R', path('other'))).toEqual(['search']);
  });

  test.each([
    ['k8s/*', ['a', 'cart', 'db', 'mail', 'web']],
    ['k8s/*.yaml', ['a', 'web']],
    ['k8s/*.txt', ['notes']],
    ['k8s/**/*.yaml', ['a', 'cart', 'mail', 'web']],
    ['k8s/**', ['a', 'cart', 'db', 'mail', 'web']],
    ['k8s/**/deep', ['mail']],
    ['k8s/*/', ['cart', 'mail']],
    ['k8s/te*/', ['cart', 'mail']],
    ['k8s/{web,db}.y*ml', ['db', 'web']],
    ['{k8s/team,other}/*.yaml', ['cart', 'search']],
    ['k8s/[a-e]*.y?ml', ['a']],
    ['k8s/a[1].yaml', ['a']],
    ['k8s/.hidden/*', ['secret']],
  ])('the pattern %s', async (pattern, expected) => {
    expect(await servicesOf(path(pattern))).toEqual(expected);
    expect(await servicesOf('-f', path(pattern))).toEqual(expected);
  });

  test('of the working directory, with stdin and a file beside it', () => {
    const run = natc(['list', '-q', '-o', 'json', '-', 'other/*.yaml', 'k8s/web.yaml'], {
      cwd: folder,
      input: service('piped', '172.30.9.9'),
    });
    const names = JSON.parse(run.stdout).services.map((each: { service: string }) => each.service);
    expect(names).toEqual(['piped', 'search', 'web']);
    expect(natc(['list', '-q', '**'], { cwd: folder }).stdout).toContain('cart');
  });

  test.each([['k8s/none*'], ['k8s/*mpty'], ['k8s/{x,y}.yaml'], ['none/**/*.yaml'], ['none/**']])(
    'the pattern %s, which matches nothing, is an error',
    async (pattern) => {
      const run = await natcInProcess(['list', path(pattern), path('other')]);
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toContain('error[NATC1070]: no manifest matches');
    },
  );

  test('win over the manifests of natc.yaml, patterns in which are relative to it', () => {
    writeFileSync(
      path('natc.yaml'),
      'apiVersion: natc.dev/v1alpha1\nkind: NatcConfiguration\nfilename: ["k8s/*.yaml"]\n',
    );
    const cwd = path('other');
    expect(natc(['list', '-q'], { cwd }).stdout).toMatch(/web/);
    const run = natc(['list', '-q', 'search.yaml'], { cwd });
    expect(run.stdout).toContain('search');
    expect(run.stdout).not.toContain('web');
    rmSync(path('natc.yaml'));
  });

  test('a side of a diff is a pattern too', async () => {
    const same = await natcInProcess(['diff', path('k8s/w*.yaml'), path('k8s/web.yaml')]);
    expect(same).toMatchObject({ exitCode: 0, stdout: '' });
    const run = await natcInProcess(['diff', path('k8s/w*.yaml'), path('other/*')]);
    expect(run.exitCode).toBe(1);
  });
});
