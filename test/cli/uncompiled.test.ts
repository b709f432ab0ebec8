/** No command that judges an input says that all is well while it does not know all of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'natc-uncompiled-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string, ...documents: readonly string[]): string => {
  const path = join(directory, name);
  writeFileSync(path, documents.join('---\n'));
  return path;
};

const service = (name: string, clusterIP: string, annotations = ''): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: shop
  annotations: {${annotations}}
spec:
  clusterIP: ${clusterIP}
  selector: {app: ${name}}
  ports:
    - port: 80
`;
const slice = (name: string): string => `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${name}-1
  namespace: shop
  labels: {kubernetes.io/service-name: ${name}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: [10.180.1.5]}]
`;
const node = 'apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n';

const whole = file('whole.yaml', service('web', '172.30.1.10'), slice('web'), node);
const partly = file(
  'partly.yaml',
  service('web', '172.30.1.10'),
  slice('web'),
  service('api', '172.30.1.11'),
  node,
);
const known = file(
  'known.yaml',
  service('web', '172.30.1.10'),
  slice('web'),
  service('api', '172.30.1.11', 'natc.dev/ignore: NATC3046'),
);
const unreadable = file(
  'unreadable.yaml',
  service('web', '172.30.1.10'),
  slice('web'),
  service('api', '172.30.1.11').replace('clusterIP', 'type: clusterip\n  clusterIP'),
);

const run = (...args: readonly string[]) => natcInProcess(args);
const host = ['--no-kernel', '--no-sysctl'];

describe('a Service of which the endpoints are not known', () => {
  const says = 'shop/api has a selector, and nothing in the input says which endpoints';

  test.each(['text', 'json', 'markdown', 'github', 'html'])('diff -o %s, quiet', async (format) => {
    for (const more of [[], ['--all-nodes']]) {
      const { exitCode, stdout, stderr } = await run(
        ...['diff', partly, partly, '-o', format, '-q', ...more],
      );
      expect(exitCode).toBe(1);
      expect(stdout.replaceAll('&#39;', "'")).toContain(says);
      expect(stdout).not.toContain('No packet is treated differently');
      expect(stderr).toContain('NATC3045');
      if (format === 'json') expect(JSON.parse(stdout)).toMatchObject({ same: false });
    }
  });

  test('the other views of diff', async () => {
    for (const view of ['text', 'kernel'])
      expect(await run('diff', partly, partly, '--view', view, '-q')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('NATC3045'),
      });
  });

  test.each(['table', 'json'])('list -o %s', async (format) => {
    const { exitCode, stdout, stderr } = await run('list', '-f', partly, '-o', format, '-q');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('NATC3045');
    if (format === 'json')
      expect(JSON.parse(stdout)).toMatchObject({
        uncompiled: [{ service: 'shop/api', lacks: 'endpoints' }],
      });
    else expect(stdout).toContain(says);
  });

  test.each(['text', 'json', 'github', 'sarif'])('check --diagnostics %s', async (format) => {
    const args = ['check', '-f', partly, ...host, '-q', '--diagnostics', format];
    const { exitCode, stdout, stderr } = await run(...args);
    expect(exitCode).toBe(1);
    expect(`${stdout}${stderr}`).toContain('NATC3045');
  });

  test.each(['text', 'json'])('explain -o %s', async (format) => {
    const packet = ['10.180.1.9', '172.30.1.10:80'];
    const { exitCode, stdout } = await run('explain', ...packet, '-f', partly, '-o', format, '-q');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(says);
  });

  test('says nothing where the whole is known, or somebody says that it is', async () => {
    for (const path of [whole, known]) {
      expect(await run('diff', path, path)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      expect((await run('list', '-f', path)).exitCode).toBe(0);
      expect((await run('check', '-f', path, ...host)).exitCode).toBe(0);
      const packet = ['10.180.1.9', '172.30.1.10:80'];
      expect((await run('explain', ...packet, '-f', path)).exitCode).toBe(0);
    }
  });

  test('compile does what kube-proxy would', async () => {
    const compiled = await run('compile', '-f', partly);
    expect(compiled).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

test('a Service that was left out', async () => {
  const flags = ['--validate', 'warn', '-q'];
  expect(await run('diff', unreadable, unreadable, ...flags)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('shop/api was left out, on both sides'),
  });
  expect((await run('list', '-f', unreadable, ...flags)).exitCode).toBe(1);
});

test('a side is named where it is one alone', async () => {
  const { stdout } = await run('diff', whole, partly, '-q');
  expect(stdout).toContain('1 Service is not compared in full');
  expect(stdout).toMatch(/that selects, on the new side \(.*partly.yaml:31\)/);
});
