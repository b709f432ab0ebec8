/** The state directory is ours alone, and what its files say is data. */

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isMapping } from '../../../src/diagnostics/mapping.ts';
import { loadPending } from '../../../src/host/state/confirmation.ts';
import { takeLock } from '../../../src/host/state/lock.ts';
import { unsafeDirectory, unsafeStateDirectory } from '../../../src/host/state/state-directory.ts';
import {
  listState,
  readState,
  readStateBytes,
  removeAbandoned,
  writeState,
} from '../../../src/host/state/state-file.ts';
import { isCount, isTime } from '../../../src/host/state/state-shape.ts';
import {
  type LastNftablesApply,
  loadLastApply,
  storeLastApply,
} from '../../../src/nftables/host/last-apply.ts';

let base: string;
let directory: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'natc-state-'));
  directory = join(base, 'natc');
  mkdirSync(directory, { mode: 0o700 });
});
afterEach(() => rmSync(base, { recursive: true }));

const numberIn = (json: unknown) => (isMapping(json) && isCount(json['n']) ? json['n'] : undefined);

/** Only root can give files away. */
const asRoot = test.skipIf(process.getuid?.() !== 0);
const stranger = 4711;
const chown = async (path: string) => (await import('node:fs')).lchownSync(path, stranger, 0);

describe('a state directory', () => {
  const unsafe: readonly (readonly [string, () => void])[] = [
    ['that everybody may write', () => chmodSync(directory, 0o777)],
    ['that its group may write', () => chmodSync(directory, 0o770)],
    ['under one that everybody may write', () => chmodSync(base, 0o757)],
    [
      'behind a link into one that everybody may write',
      () => {
        chmodSync(directory, 0o777);
        symlinkSync(directory, join(base, 'link'));
        directory = join(base, 'link');
      },
    ],
    [
      'behind a link to itself',
      () => {
        directory = join(base, 'loop');
        symlinkSync(directory, directory);
      },
    ],
    [
      'that is a file',
      () => {
        directory = join(base, 'file');
        writeFileSync(directory, '');
      },
    ],
  ];

  test.each(unsafe)('%s is neither read nor written nor locked', async (_, make) => {
    await writeState(directory, 'x.json', '{"n":1}');
    make();
    expect(await unsafeStateDirectory(directory)).toMatchObject({ code: 'NATC5100' });
    expect(await readState(directory, 'x.json', numberIn)).toBeUndefined();
    expect(await listState(directory)).toEqual([]);
    await expect(writeState(directory, 'y.json', '')).rejects.toThrow();
    expect(await takeLock(directory, 0)).toMatchObject({ kind: 'unavailable' });
    expect(readdirSync(base)).not.toContain('y.json');
  });

  asRoot.each([
    ['the directory', () => chown(directory)],
    ['one above it', () => chown(base)],
    [
      'a link to it',
      () => {
        const link = join(base, 'link');
        symlinkSync(directory, link);
        directory = link;
        return chown(link);
      },
    ],
  ])('is refused when %s belongs to a stranger', async (_, make) => {
    await make();
    expect(await unsafeDirectory(directory)).toMatchObject({
      reason: `belongs to user ${stranger}`,
    });
  });

  test('of ours is used, whatever it is called by', async () => {
    symlinkSync(directory, join(base, 'link'));
    for (const name of [directory, `${directory}/`, join(base, 'link'), `${base}/./natc/../natc`])
      expect(await unsafeDirectory(name)).toBeUndefined();
  });

  test('is made for its owner alone, files too', async () => {
    const made = join(base, 'made');
    await writeState(made, 'x', 'text');
    expect(lstatSync(made).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(made, 'x')).mode & 0o777).toBe(0o600);
    expect(readdirSync(made)).toEqual(['x']);
  });
});

describe('a state file', () => {
  const secret = () => join(base, 'secret');

  test('is replaced, not written through, where it is a link', async () => {
    writeFileSync(secret(), 'keep');
    symlinkSync(secret(), join(directory, 'x'));
    await writeState(directory, 'x', 'new');
    expect(readFileSync(secret(), 'utf8')).toBe('keep');
    expect(String(await readStateBytes(directory, 'x'))).toBe('new');
  });

  const bad: readonly (readonly [string, (path: string) => void])[] = [
    ['is a link', (path) => symlinkSync(secret(), path)],
    ['is a directory', (path) => mkdirSync(path)],
    [
      'may be written by others',
      (path) => {
        writeFileSync(path, '{"n":1}');
        chmodSync(path, 0o622);
      },
    ],
    ['is too large', (path) => writeFileSync(path, `{"n":1${' '.repeat(5 * 1024 * 1024)}}`)],
    ['is cut off', (path) => writeFileSync(path, '{"n":')],
    ['is of another shape', (path) => writeFileSync(path, '{"n":-1}')],
    ['holds what JSON cannot hold', (path) => writeFileSync(path, '{"n":NaN}')],
    ['is not UTF-8', (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0]))],
  ];

  test.each(bad)('that %s counts as absent', async (_, make) => {
    writeFileSync(secret(), '{"n":1}');
    make(join(directory, 'x.json'));
    expect(await readState(directory, 'x.json', numberIn)).toBeUndefined();
    writeFileSync(join(directory, 'y.json'), '{"n":1}');
    expect(await readState(directory, 'y.json', numberIn)).toBe(1);
  });

  asRoot('of a stranger counts as absent, and is no lock', async () => {
    for (const name of ['x.json', 'lock']) {
      writeFileSync(join(directory, name), '{"n":1}');
      await chown(join(directory, name));
    }
    expect(await readState(directory, 'x.json', numberIn)).toBeUndefined();
    expect(await takeLock(directory, 0)).toMatchObject({
      kind: 'unavailable',
      reason: { code: 'NATC5118', message: expect.stringContaining(`belongs to user ${stranger}`) },
    });
  });

  test('that a killed process left half-written goes after a minute', async () => {
    const names = ['.x.json.0123456789abcdef', '.y.json.0123456789abcdef', 'x.json'];
    for (const name of names) writeFileSync(join(directory, name), '');
    for (const name of [names[0], names[2]])
      utimesSync(join(directory, name ?? ''), new Date(0), new Date(0));
    await removeAbandoned(directory, Date.now());
    expect(readdirSync(directory).sort()).toEqual([names[1], names[2]].sort());
  });
});

const odd: readonly unknown[] = [
  null,
  [],
  {},
  -1,
  1.5,
  1e300,
  '1',
  '\n',
  true,
  ['ip'],
  { a: null },
];

describe('odd values in', () => {
  const last: LastNftablesApply = {
    digest: '0123456789abcdef'.repeat(2),
    families: ['ip'],
    input: 'hash',
    warnings: 0,
    sysctls: [{ name: 'net.ipv4.ip_forward', reason: 'to forward' }],
  };

  test('settled.json make it absent', async () => {
    await storeLastApply(directory, last);
    expect(await loadLastApply(directory)).toEqual(last);
    const path = join(directory, 'settled.json');
    const whole = JSON.parse(readFileSync(path, 'utf8'));
    for (const field of Object.keys(last))
      for (const value of odd) {
        writeFileSync(path, JSON.stringify({ ...whole, [field]: value }));
        const loaded = await loadLastApply(directory);
        // An empty list is a list.
        if (loaded !== undefined)
          expect([field, loaded]).toEqual([field, { ...last, [field]: value }]);
        if (loaded !== undefined && field !== 'input')
          expect(['[]', '["ip"]']).toContain(JSON.stringify(value));
      }
    const outside = { ...last, sysctls: [{ name: '../../etc/passwd', reason: '' }] };
    await storeLastApply(directory, outside);
    expect(await loadLastApply(directory)).toBeUndefined();
  });

  test('confirm.json make it absent', async () => {
    const digest = '0'.repeat(32);
    const whole = { format: 1, digest, previous: digest, deadline: 1000 };
    const path = join(directory, 'confirm.json');
    writeFileSync(path, JSON.stringify(whole));
    expect(await loadPending(directory)).toMatchObject({ digest, deadline: 1000 });
    for (const field of ['format', 'digest', 'previous', 'deadline'])
      for (const value of odd) {
        writeFileSync(path, JSON.stringify({ ...whole, [field]: value }));
        expect([field, value, await loadPending(directory)]).toEqual([field, value, undefined]);
      }
    for (const text of ['null', '', '{', '{"format":1,"deadline":NaN}', 'NaN', '1e999']) {
      writeFileSync(path, text);
      expect(await loadPending(directory)).toBeUndefined();
    }
  });

  test('times make them no times', () => {
    expect([0, 1, 253_402_300_799].map(isTime)).toEqual([true, true, true]);
    expect([...odd, Number.NaN, 253_402_300_800].map(isTime)).not.toContain(true);
  });
});
