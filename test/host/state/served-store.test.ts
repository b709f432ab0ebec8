/** What the last input served, kept: all of it at once, and what changed after that. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Served } from '../../../src/hold-back/served.ts';
import {
  loadServed,
  loadServedObjects,
  type StoredServed,
  storeAllServedChanges,
  storeServed,
  storeServedChanges,
} from '../../../src/host/state/served-store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'natc-served-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const object = (name: string, version: number) => ({ kind: 'Service', name, version });

const servedOf = (names: Iterable<string>): Served => ({
  node: undefined,
  services: new Map(Array.from(names, (name) => [name, { onlyNode: undefined }])),
});

/** Keeps each Service in its first version. @returns what a natc reads of it */
async function begin(names: readonly string[]): Promise<StoredServed> {
  const byService = new Map(names.map((name) => [name, [object(name, 1)]]));
  await storeServed(directory, servedOf(names), { byService, node: undefined });
  return (await loadServed(directory))!;
}

async function kept(names: readonly string[]): Promise<unknown> {
  const served = (await loadServed(directory))!;
  const bytes = await loadServedObjects(directory, served, names);
  return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString()).items;
}

describe('storeAllServedChanges', () => {
  test('the newest objects are read, and those of a Service that is gone are not', async () => {
    const before = await begin(['shop/a', 'shop/b', 'shop/c']);
    await storeAllServedChanges(directory, servedOf(['shop/a', 'shop/b', 'shop/d']), before, [
      ['shop/b', [object('shop/b', 2)]],
      ['shop/c', []],
      ['shop/d', [object('shop/d', 1), object('slice of shop/d', 1)]],
    ]);
    expect([...(await loadServed(directory))!.services.keys()]).toEqual([
      'shop/a',
      'shop/b',
      'shop/d',
    ]);
    expect(await kept(['shop/a', 'shop/b', 'shop/d'])).toEqual([
      object('shop/a', 1),
      object('shop/b', 2),
      object('shop/d', 1),
      object('slice of shop/d', 1),
    ]);
    expect(await kept(['shop/c'])).toBeUndefined();
  });

  test('each time all changes are given: what was kept of them before is not read', async () => {
    const before = await begin(['shop/a', 'shop/b']);
    const served = servedOf(['shop/a', 'shop/b']);
    await storeAllServedChanges(directory, served, before, [['shop/a', [object('shop/a', 2)]]]);
    writeFileSync(join(directory, 'served-changes.gz'), 'damaged');
    await storeAllServedChanges(directory, served, before, [
      ['shop/a', [object('shop/a', 3)]],
      ['shop/b', [object('shop/b', 2)]],
    ]);
    expect(await kept(['shop/a', 'shop/b'])).toEqual([object('shop/a', 3), object('shop/b', 2)]);
    await storeAllServedChanges(directory, served, before, []);
    expect(await kept(['shop/a', 'shop/b'])).toEqual([object('shop/a', 1), object('shop/b', 1)]);
  });

  test('changes of other objects than those that are kept count for nothing', async () => {
    const old = await begin(['shop/a']);
    const served = servedOf(['shop/a']);
    await begin(['shop/a']);
    const now = (await loadServed(directory))!;
    await storeAllServedChanges(directory, served, old, [['shop/a', [object('shop/a', 2)]]]);
    expect(await loadServedObjects(directory, now, ['shop/a'])).toBeDefined();
    expect(await kept(['shop/a'])).toBeUndefined();
    await storeServed(directory, served, {
      byService: new Map([['shop/a', [object('shop/a', 4)]]]),
      node: undefined,
    });
    expect(await kept(['shop/a'])).toEqual([object('shop/a', 4)]);
  });

  // They are compressed by the 200.
  test.each([0, 1, 199, 200, 201, 400, 601])('%i Services', async (count) => {
    const names = Array.from({ length: count }, (_, index) => `shop/s${index}`);
    const before = await begin(names);
    const asked: string[] = [];
    function* changes() {
      for (const name of names) {
        asked.push(name);
        yield [name, [object(name, 2)]] as const;
      }
    }
    await storeAllServedChanges(directory, servedOf(names), before, changes());
    expect(asked).toEqual(names);
    expect(await kept(names)).toEqual(names.map((name) => object(name, 2)));
  });

  test('whatever they are called and hold, they are those that storeServedChanges keeps', async () => {
    const entry = fc.tuple(
      fc
        .string({ unit: 'grapheme', minLength: 1 })
        .map((name) => `shop/${name.replaceAll(/\s/g, '')}`),
      fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 3 }),
    );
    const entries = fc.uniqueArray(entry, { selector: ([name]) => name, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(entries, async (changed) => {
        const names = changed.map(([name]) => name);
        const before = await begin(['shop/a']);
        const read = async () => {
          const found = [];
          for (const name of names) {
            const bytes = await loadServedObjects(directory, before, [name]);
            found.push(bytes === undefined ? undefined : Buffer.from(bytes).toString());
          }
          return found;
        };
        await storeServedChanges(directory, servedOf(names), before, new Map(changed));
        const wanted = await read();
        await storeAllServedChanges(directory, servedOf(names), before, changed);
        expect(await read()).toEqual(wanted);
      }),
    );
  });

  test('a directory that is none is an error', async () => {
    const before = await begin(['shop/a']);
    const file = join(directory, 'file');
    writeFileSync(file, '');
    await expect(storeAllServedChanges(file, servedOf([]), before, [])).rejects.toThrow();
  });
});
