/** State files that hold whatever they may: each is taken for absent, and replaced. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadAttempt, loadWarnings } from '../../../src/host/state/attempt-store.ts';
import { loadPending, pendencyOf } from '../../../src/host/state/confirmation.ts';
import { flowChange } from '../../../src/host/state/flow-state.ts';
import {
  loadServed,
  loadServedObjects,
  loadWaiting,
} from '../../../src/host/state/served-store.ts';
import { removeState, writeState } from '../../../src/host/state/state-file.ts';
import { loadUnconfirmed } from '../../../src/host/state/unconfirmed.ts';
import { loadLastApply as loadLastIptablesApply } from '../../../src/iptables/host/last-apply.ts';
import { loadTables } from '../../../src/iptables/host/revision-store.ts';
import { loadCompilation } from '../../../src/nftables/host/compilation-store.ts';
import { loadLastApply } from '../../../src/nftables/host/last-apply.ts';
import { loadRevision } from '../../../src/nftables/host/revision-store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'natc-hostile-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const digest = 'a'.repeat(32);

/** Each file, and what is read of it; undefined: nothing. */
const readers: Readonly<Record<string, () => Promise<unknown>>> = {
  'settled.json': () => loadLastApply(directory),
  'settled-iptables.json': () => loadLastIptablesApply(directory),
  [`revision-${digest}.gz`]: () => loadRevision(directory, digest),
  [`iptables-${digest}.json.gz`]: () => loadTables(directory, digest),
  'served.json': () => loadServed(directory),
  'served-objects.gz': () => loadServedObjects(directory, served, ['shop/web']),
  'waiting.json': () => loadWaiting(directory),
  'flows.json': async () => {
    const change = await flowChange(directory, [], []);
    return change?.before.length === 0 ? undefined : change;
  },
  'confirm.json': () => loadPending(directory),
  'unconfirmed.json': () => loadUnconfirmed(directory),
  'attempt.json': () => loadAttempt(directory),
  'warnings.json': () => loadWarnings(directory),
  [`compiled-${digest.slice(0, 16)}.json`]: () => loadCompilation(directory, digest),
};
const served = { node: undefined, objects: 'id', services: new Map() };

/** A name that acts on a terminal, in every field that takes text. */
const hostile = '\u001b]0;owned\u0007\u202e\u2028x';
const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;

const readsNested = (() => {
  try {
    return JSON.stringify(JSON.parse(nested)) === nested;
  } catch {
    return false;
  }
})();

const contents: readonly (readonly [string, string | Buffer])[] = [
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '1e400'],
  ['no JSON', '{"format":1,"deadline":NaN}'],
  ['null for a revision', '{"format":3,"revision":null}'],
  ['a list', '[]'],
  ['deep nesting', nested],
  ['deep nesting in a field', `{"format":1,"id":"id","services":[["shop/web",[{"a":${nested}}]]]}`],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x00])],
  ['controls', JSON.stringify({ format: 1, digest: hostile, previous: hostile, message: hostile })],
  [
    'controls in items',
    JSON.stringify({
      ...{
        format: 1,
        items: [hostile],
        since: 1,
        count: 1,
        time: 1,
        exitCode: 3,
        message: hostile,
      },
      ...{ node: hostile, objects: hostile, services: [[`shop/${hostile}`, null]], others: [] },
      warnings: [{ id: 'a', code: 'b', message: hostile, place: 'c', since: 1 }],
    }),
  ],
  [
    'text that runs backwards',
    JSON.stringify({ format: 1, items: ['shop/\u202ebew'], since: 1, count: 1 }),
  ],
  ['a huge string', JSON.stringify({ format: 1, message: 'x'.repeat(8_000_000) })],
];

const files: readonly (readonly [string, (path: string) => void])[] = [
  ...contents.flatMap(([name, bytes]) => [
    [`with ${name}`, (path: string) => writeFileSync(path, bytes, { mode: 0o600 })] as const,
    [
      `with ${name}, compressed`,
      (path: string) => writeFileSync(path, gzipSync(bytes), { mode: 0o600 }),
    ] as const,
  ]),
  ['that is a directory', (path) => mkdirSync(join(path, 'more'), { recursive: true })],
  ['that is a pipe', (path) => execFileSync('mkfifo', [path])],
  ['that is a link', (path) => symlinkSync('/etc/passwd', path)],
  [
    'of 300 MB',
    (path) => {
      writeFileSync(path, '', { mode: 0o600 });
      truncateSync(path, 300 * 1024 * 1024);
    },
  ],
  [
    'that others may write',
    (path) => {
      writeFileSync(path, '{"format":1}');
      chmodSync(path, 0o666);
    },
  ],
];

describe.each(Object.keys(readers))('%s', (name) => {
  test.each(files)('%s counts as absent, and is replaced', async (what, make) => {
    const path = join(directory, name);
    make(path);
    const found = await readers[name]!();
    // Node.js 26 has no stack to run out of there: an object with a field that nobody reads.
    const isRead =
      readsNested && name === 'served-objects.gz' && what.includes('nesting in a field');
    if (!isRead) expect(found).toBeUndefined();
    await writeState(directory, name, '{}');
    expect(lstatSync(path).isFile()).toBe(true);
    await removeState(directory, name);
    make(path);
    await removeState(directory, name);
    expect(() => lstatSync(path)).toThrow('ENOENT');
  });
});

test.each(files)('a confirm.json %s is damaged', async (_, make) => {
  make(join(directory, 'confirm.json'));
  expect(await pendencyOf(directory, 1000)).toEqual({ kind: 'damaged' });
});
