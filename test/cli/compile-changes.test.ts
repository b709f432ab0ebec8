import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-state-dir-'));
afterAll(() => rmSync(folder, { recursive: true }));
const state = join(folder, 'state');
beforeEach(() => rmSync(state, { recursive: true, force: true }));

const slice = (address: string) => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [{ addresses: [${address}] }]
`;
const service = (name: string, address: string) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { clusterIP: ${address}, ports: [{ port: 80 }] }
`;
const manifests = (...more: readonly string[]) =>
  [service('web', '10.96.0.10'), service('idle', '10.96.0.11'), ...more].join('---');

const compile = (input: string, ...flags: readonly string[]) =>
  natc(['compile', '-f', '-', ...flags], { input });
const compileChanges = (input: string, ...flags: readonly string[]) =>
  compile(input, '--state-dir', state, '--stats', ...flags);

const before = manifests(slice('10.1.0.1'));
const after = manifests(slice('10.1.0.2'));
const compiledAlone = '1 Services compiled, the others as before';

test('prints what a full compilation prints, and says what it did', () => {
  const first = compileChanges(before);
  expect(first.stdout).toBe(compile(before).stdout);
  expect(first.stderr).toMatch(/^read /m);
  for (const [input, says] of [
    [before, '0 Services compiled, the others as before'],
    [after, compiledAlone],
    [before, compiledAlone],
  ] as const) {
    const { exitCode, stdout, stderr } = compileChanges(input);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: compile(input).stdout });
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^read /m);
  }
});

test('says why everything is compiled', () => {
  compileChanges(before);
  const { stderr } = compileChanges(manifests(slice('10.1.0.1'), slice('10.1.0.1')));
  expect(stderr).toMatch(/^all compiled: an object is given twice$/m);
});

test('two Services that come to claim the same are told as ever', () => {
  compileChanges(before);
  const taken = manifests(slice('10.1.0.1'), service('api', '10.96.0.10'));
  const { exitCode, stdout, stderr } = compileChanges(taken);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('NATC2032');
  const lenient = ['--validate', 'warn'];
  compileChanges(before, ...lenient);
  const alone = compileChanges(taken, ...lenient);
  const full = compile(taken, ...lenient);
  expect(alone.stdout).toBe(full.stdout);
  expect(alone.stderr).toContain(full.stderr);
});

test('a warning is given every time', () => {
  const warned = manifests(slice('10.1.0.1').replace('port: 8080', 'name: http, port: 8080'));
  for (let time = 0; time < 3; time++)
    expect(compileChanges(warned).stderr).toContain(compile(warned).stderr);
  expect(compile(warned).stderr).toContain('NATC3012');
  expect(compileChanges(before).stderr).toContain(compiledAlone);
  expect(compileChanges(before).stderr).not.toContain('NATC3012');
});

test('other options start anew, and do not forget the first', () => {
  compileChanges(before);
  const other = compileChanges(after, '--masquerade-all');
  expect(other.stdout).toBe(compile(after, '--masquerade-all').stdout);
  expect(other.stderr).not.toContain(compiledAlone);
  expect(compileChanges(after).stderr).toContain(compiledAlone);
});

test('keeps a bounded number of files, readable by their owner alone', () => {
  for (let bit = 0; bit < 7; bit++) compileChanges(before, '--masquerade-bit', String(bit));
  const files = readdirSync(state);
  // Four compilations, and the fragments that they have in common.
  expect(files).toHaveLength(5);
  for (const name of files) expect(statSync(join(state, name)).mode & 0o777).toBe(0o600);
  expect(compileChanges(after, '--masquerade-bit', '6').stderr).toContain(compiledAlone);
});

test('what a killed process left is removed', () => {
  compileChanges(before);
  const [name = ''] = readdirSync(state);
  const [old = '', young = ''] = ['0123456789abcdef', 'fedcba9876543210'].map(
    (number) => `.${name}.${number}`,
  );
  for (const half of [old, young]) writeFileSync(join(state, half), 'half');
  utimesSync(join(state, old), 0, 0);
  compileChanges(after);
  expect(readdirSync(state)).toContain(name);
  expect(readdirSync(state)).toContain(young);
  expect(readdirSync(state)).not.toContain(old);
});

describe('a damaged file is not used', () => {
  const damages: Readonly<Record<string, (text: string) => string>> = {
    'what is known of the objects': (text) => text.replace('Service shop/web', 'Service shop/wet'),
    'cut off': (text) => text.slice(0, -100),
    empty: () => '',
    'another format': (text) => text.replace(/^\{"format":\d+,/, '{"format":1,'),
    'no text': () => '\0'.repeat(100),
  };
  test.each(Object.entries(damages))('%s', (_, damage) => {
    compileChanges(before);
    const path = join(state, readdirSync(state)[0] ?? '');
    const text = readFileSync(path, 'utf8');
    expect(damage(text)).not.toBe(text);
    writeFileSync(path, damage(text));
    const { exitCode, stdout, stderr } = compileChanges(after);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: compile(after).stdout });
    expect(stderr).not.toContain(compiledAlone);
  });
});

test('fragments that are damaged are not used', () => {
  compileChanges(before);
  const pack = readdirSync(state).find((name) => name.endsWith('.pack')) ?? '';
  const bytes = readFileSync(join(state, pack), 'latin1');
  writeFileSync(join(state, pack), bytes.replaceAll('10.96.', '10.69.'), 'latin1');
  // One that did not change is needed for the text.
  const more = manifests(slice('10.1.0.1'), service('api', '10.96.0.12'));
  const { exitCode, stdout } = compileChanges(more);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: compile(more).stdout });
});

test('a directory that cannot be written is only a warning', () => {
  const { exitCode, stdout, stderr } = compile(before, '--state-dir', join(folder, 'no', 'where'));
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: compile(before).stdout });
  expect(stderr).toContain('NATC5036');
});

test('only for one ruleset for nft', () => {
  const refused = compile(before, '--state-dir', state, '-o', 'json');
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain('--state-dir is for -o nft');
  const all = compile(before, '--state-dir', state, '--all-nodes', '--out-dir', folder);
  expect(all).toMatchObject({ exitCode: 2, stdout: '' });
  expect(all.stderr).toContain('--state-dir is for one node');
});
