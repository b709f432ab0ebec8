import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { natc } from '../support/natc.ts';

const folder = mkdtempSync(join(tmpdir(), 'natc-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, contents: string | Uint8Array): string => {
  writeFileSync(join(folder, name), contents);
  return name;
};

const service = `apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  clusterIP: 172.30.0.10
  ports:
    - port: 80
`;

/** Nine levels of nine aliases each: 387,420,489 values. */
const aliasBomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'
    .split('')
    .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`),
].join('\n');

/** A file of `size` bytes that takes no room on the disk. */
function sparseFile(name: string, size: number): string {
  const descriptor = openSync(join(folder, name), 'w');
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
  return name;
}

mkdirSync(join(folder, 'empty'));

const inputs: readonly (readonly [what: string, path: string, code: string, where: string])[] = [
  ['a YAML alias bomb', file('bomb.yaml', aliasBomb), 'NATC1019', 'bomb.yaml:'],
  ['a 200 MB file of NUL bytes', sparseFile('big.yaml', 200e6), 'NATC1012', 'big.yaml:1:1'],
  ['a file over the limit', sparseFile('huge.yaml', 300e6), 'NATC1003', 'huge.yaml'],
  [
    'invalid UTF-8',
    file('latin1.yaml', Buffer.from(service.replace('web', 'caf\xe9'), 'latin1')),
    'NATC1011',
    'latin1.yaml:4:12',
  ],
  [
    'a tab-indented file',
    file('tabs.yaml', service.replaceAll('  ', '\t')),
    'NATC1013',
    'tabs.yaml:4:1',
  ],
  [
    'a duplicate key',
    file('twice.yaml', service.replace('spec:', 'kind: Service\nspec:')),
    'NATC1015',
    'twice.yaml:6:1',
  ],
  ['an empty file', file('empty.yaml', ''), 'NATC1004', 'empty.yaml'],
  ['a directory without manifests', 'empty', 'NATC1002', 'empty'],
  ['a file that is not there', 'missing.yaml', 'NATC1001', 'missing.yaml'],
  ['a truncated JSON list', file('cut.json', '{"kind":"List","items":[{"ki'), 'NATC1023', ''],
  ['an object that is invalid', file('port.yaml', `${service}      nodePort: x\n`), 'NATC2', ''],
];

describe.each(['compile', 'check', 'apply'])('natc %s refuses', (command) => {
  test.each(inputs)('%s', (_, path, code, where) => {
    const run = natc([command, '-f', path, '--validate', 'strict'], { cwd: folder });
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain(`error[${code}`);
    expect(run.stderr.startsWith(where)).toBe(true);
    expect(run.exitCode).toBe(command === 'check' && code === 'NATC2' ? 1 : 2);
  });
});

test('200 MB of Services are refused before they exhaust memory', () => {
  const copies = Math.ceil(200e6 / (service.length + '---\n'.length));
  const run = natc(['compile', '-f', file('million.yaml', `${service}---\n`.repeat(copies))], {
    cwd: folder,
  });
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain('error[NATC1006]');
}, 240_000);
