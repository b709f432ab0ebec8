import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNatcConfig } from '../../src/cli/config/find-natc-config.ts';

const me = process.getuid!();

let top = '';
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'natc-find-'));
  mkdirSync(join(top, 'a/b/c'), { recursive: true });
});
afterEach(() => rmSync(top, { recursive: true }));

const put = (name: string) => {
  writeFileSync(join(top, name), '');
  chmodSync(join(top, name), 0o644);
};

test('finds the nearest, here or above', async () => {
  put('natc.yaml');
  const found = (path: string) => ({ kind: 'found', path: join(top, path) });
  expect(await findNatcConfig(join(top, 'a/b/c'), me)).toEqual(found('natc.yaml'));
  put('a/b/natc.yaml');
  expect(await findNatcConfig(join(top, 'a/b/c'), me)).toEqual(found('a/b/natc.yaml'));
});

test("looks no further than the repository's root, and there too", async () => {
  put('natc.yaml');
  // A worktree has a file in the place of the directory.
  put('a/.git');
  expect(await findNatcConfig(join(top, 'a/b'), me)).toEqual({ kind: 'none' });
  put('a/natc.yaml');
  expect(await findNatcConfig(join(top, 'a/b'), me)).toMatchObject({ kind: 'found' });
});

test.each([
  ['natc.yaml', 0o666, 'it may be written by everybody'],
  ['.', 0o777, 'its directory may be written by everybody'],
  ['.', 0o1777, 'its directory may be written by everybody'],
])('takes nothing that others may write: %s %o', async (name, mode, because) => {
  put('natc.yaml');
  chmodSync(join(top, name), mode);
  const path = join(top, 'natc.yaml');
  expect(await findNatcConfig(top, me)).toEqual({ kind: 'untrusted', path, because });
  // What is named above it does not count either.
  expect(await findNatcConfig(join(top, 'a'), me)).toMatchObject({ kind: 'untrusted' });
});

test('takes nothing of another user, but what is of root', async () => {
  put('natc.yaml');
  const other = me + 1000;
  const found = await findNatcConfig(top, other);
  if (me === 0) expect(found).toMatchObject({ kind: 'found' });
  else expect(found).toMatchObject({ because: `its directory belongs to user ${me}` });
});

test('root takes nothing that its group may write; others have groups of their own', async () => {
  put('natc.yaml');
  chmodSync(join(top, 'natc.yaml'), 0o664);
  const found = await findNatcConfig(top, 0);
  expect(found.kind).toBe('untrusted');
  if (me !== 0) expect(await findNatcConfig(top, me)).toMatchObject({ kind: 'found' });
});

test('root looks no further up from where others may write', async () => {
  put('natc.yaml');
  chmodSync(join(top, 'a'), 0o777);
  expect(await findNatcConfig(join(top, 'a/b'), 0)).toEqual({ kind: 'none' });
});

test('a link counts where its target and the directory of that do', async () => {
  put('a/real.yaml');
  symlinkSync(join(top, 'a/real.yaml'), join(top, 'natc.yaml'));
  expect(await findNatcConfig(top, me)).toMatchObject({ kind: 'found' });
  chmodSync(join(top, 'a'), 0o777);
  expect(await findNatcConfig(top, me)).toMatchObject({
    because: 'the directory it links to may be written by everybody',
  });
});

test('where there are no users nothing is looked for', async () => {
  put('natc.yaml');
  expect(await findNatcConfig(top, undefined)).toEqual({ kind: 'none' });
});
