import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { natcInProcess } from '../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-alike-'));
afterAll(() => rmSync(folder, { recursive: true }));

const check = (documents: readonly string[], ...flags: readonly string[]) => {
  const file = join(folder, 'input.yaml');
  writeFileSync(file, documents.join('---\n'));
  return natcInProcess(['check', '--no-kernel', '--no-sysctl', '-f', file, ...flags]);
};

const service = (name: string, rest: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { ports: [{ port: 80 }], ${rest} }\n`;

const services = (count: number, rest: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => service(`s${index}`, rest(index)));

const misspelt = (index: number) => `clusterIP: 172.30.0.${index + 1}, selectr: { app: a }`;

const count = (text: string, what: string): number => text.split(what).length - 1;

test('what is wrong with many objects in the same way is one message, which lists them', async () => {
  const { stderr } = await check(services(12, misspelt));
  expect(count(stderr, 'error[NATC2008]')).toBe(1);
  for (let index = 1; index < 12; index++)
    expect(stderr).toMatch(RegExp(`:::.* Service s${index}\n`));
  expect(stderr).toContain('12 errors in 1 file (12 objects)');
});

test('an object that its message names is no difference; another value is one', async () => {
  const unallocated = await check(
    services(5, () => 'type: ClusterIP'),
    '--validate',
    'warn',
    '--no-allocate',
  );
  expect(count(unallocated.stderr, '[NATC2033]')).toBe(1);
  const different = await check(services(5, (index) => `clusterIP: bad-${index}`));
  expect(count(different.stderr, '[NATC2010]')).toBe(5);
});

test('two are shown in full, and of very many the first', async () => {
  expect(count((await check(services(2, misspelt))).stderr, 'error[NATC2008]')).toBe(2);
  const { stderr } = await check(services(60, misspelt));
  expect(count(stderr, ' Service s')).toBe(21);
  expect(stderr).toContain('::: ... and 39 more\n');
  expect(stderr).not.toContain('... and 59 more');
});

test('programs get each of them', async () => {
  const { stdout } = await check(services(12, misspelt), '--diagnostics', 'json');
  expect(JSON.parse(stdout).diagnostics).toHaveLength(12);
});
