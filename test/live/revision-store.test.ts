/** What the state directory keeps of rulesets: how much, whether it comes back, and what is believed. */
import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadRemembered, storeRemembered } from '../../src/cli/remembered-store.ts';
import type { Remembered } from '../../src/incremental/remembered.ts';
import {
  type LoadedRevision,
  listRevisions,
  loadRevision,
  pruneRevisions,
  storeRevision,
} from '../../src/live/revision-store.ts';
import type { CanonicalRuleset } from '../../src/ruleset/canonical.ts';
import { tableToJson } from '../../src/ruleset/canonical-json.ts';
import { digestOf } from '../../src/ruleset/digest.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'natc-store-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const collection = (elements: ReadonlyMap<string, string>) => ({
  kind: 'map' as const,
  declaration: 'typeof ip daddr . tcp dport : ip daddr . tcp dport',
  comment: 'endpoints',
  merges: false,
  isDynamic: false,
  elements,
});

/** Many elements; those of `moved` have another value. */
const rulesetWith = (moved: readonly number[], extra: readonly [string, string][] = []) =>
  withElements([
    ...Array.from({ length: 20_000 }, (_, n): [string, string] => [
      `10.96.${n >> 8}.${n & 255} . 80`,
      ` comment "shop/web-${n % 977}:http" : 10.180.${(n * 7) % 256}.${moved.includes(n) ? 9 : n % 251} . 8080`,
    ]),
    ...extra,
  ]);

const withElements = (elements: readonly [string, string][]): CanonicalRuleset => ({
  tables: [
    {
      family: 'ip',
      name: 'natc',
      comment: undefined,
      collections: new Map([['endpoints', collection(new Map(elements))]]),
      chains: new Map([['pick', { hook: '', rules: ['dnat ip to ip daddr map @endpoints'] }]]),
    },
  ],
});

async function store(number: number, ruleset: CanonicalRuleset, near?: LoadedRevision) {
  const revision = { number, digest: digestOf(ruleset), time: 1000 + number };
  await storeRevision(directory, { revision, ruleset, flowServices: [] }, near);
  return loadRevision(directory, revision.digest);
}

const sizes = () =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

describe('revisions', () => {
  test('of a large ruleset that changes little take less than one ruleset, however many', async () => {
    let near: LoadedRevision | undefined;
    for (let number = 1; number <= 12; number++) {
      const ruleset = rulesetWith(Array.from({ length: number }, (_, n) => n * 1499));
      near = await store(number, ruleset, near);
      expect(near?.ruleset).toEqual(ruleset);
      await pruneRevisions(directory);
    }
    const text = tableToJson(rulesetWith([]).tables[0]!).length;
    expect(sizes() / text).toBeLessThan(0.3);
    const numbers = (await listRevisions(directory)).map(({ number }) => number);
    expect(numbers).toEqual([12, 11, 10, 9, 8]);
    for (const { digest } of await listRevisions(directory))
      expect(await loadRevision(directory, digest)).toBeDefined();
  });

  test('that differ much are kept whole, those that others need too', async () => {
    const first = await store(1, rulesetWith([]));
    const much = await store(2, rulesetWith(Array.from({ length: 9_000 }, (_, n) => n)), first);
    const little = await store(3, rulesetWith([5]), first);
    expect([much?.whole.digest, little?.whole.digest]).toEqual([
      much?.revision.digest,
      first?.revision.digest,
    ]);
    // Back and forth: what is whole stays whole.
    for (let number = 4; number < 20; number++) {
      const ruleset = rulesetWith(number % 3 === 0 ? [] : [number % 3]);
      const near = await store(number, ruleset, number % 2 === 0 ? little : first);
      await pruneRevisions(directory);
      expect(near?.ruleset).toEqual(ruleset);
    }
    for (const { digest } of await listRevisions(directory))
      expect(await loadRevision(directory, digest)).toBeDefined();
  });

  /** Every one is stored with the digest that it has: only its form is wrong. */
  const hostile: readonly (readonly [string, [string, string]])[] = [
    ['a line feed in a key', ['10.0.0.1 . 80\nadd table ip x', ' : 10.0.0.2 . 80']],
    ['a second command in a key', ['10.0.0.1 . 80 }; flush ruleset; #', ' : 10.0.0.2 . 80']],
    ['a line feed in a value', ['10.0.0.1 . 80', ' : 10.0.0.2 . 80\nflush ruleset']],
    ['a brace in a value', ['10.0.0.1 . 80', ' : 10.0.0.2 . 80 }']],
    ['an open quote', ['10.0.0.1 . 80', ' comment "x : 10.0.0.2 . 80']],
    ['a quote within a comment', ['10.0.0.1 . 80', ' comment "x" }; flush ruleset; "" : 1 . 80']],
    ['an escape sequence', ['10.0.0.1 . 80', ' comment "\u001b[2J" : 10.0.0.2 . 80']],
    ['a variable', ['$evil', '']],
  ];

  test.each(hostile)('with %s are not read', async (_, element) => {
    expect(await store(1, withElements([['10.0.0.3 . 80', ' : 10.0.0.4 . 80']]))).toBeDefined();
    expect(await store(1, withElements([element]))).toBeUndefined();
  });

  test.each([
    ['rule', (t: string) => t.replace('dnat ip', 'accept; flush ruleset; dnat ip')],
    ['rule with a line feed', (t: string) => t.replace('dnat ip', 'accept\\nflush ruleset')],
    ['hook', (t: string) => t.replace('"hook":""', '"hook":"type nat hook x priority 0; }; x"')],
    ['chain', (t: string) => t.replace('"name":"pick"', '"name":"pick { }; x"')],
    ['table', (t: string) => t.replace('"name":"natc"', '"name":"filter"')],
    ['family', (t: string) => t.replace('"family":"ip"', '"family":"inet"')],
    ['declaration', (t: string) => t.replace('typeof ip daddr', 'typeof ip daddr; } ; x {')],
    ['kind', (t: string) => t.replace('"kind":"map"', '"kind":"chain"')],
    ['list of elements', (t: string) => t.replace('"elements":[', '"elements":[1,')],
    ['list of rules', (t: string) => t.replace('"rules":[', '"rules":[null,')],
  ])('with an odd %s are not read', async (_, change) => {
    const [table] = withElements([['10.0.0.3 . 80', ' : 10.0.0.4 . 80']]).tables;
    const odd = change(tableToJson(table!));
    expect(odd).not.toBe(tableToJson(table!));
    const half = hash('sha256', `[${odd}]`).slice(0, 16);
    const digest = half + '0'.repeat(16);
    const head = { format: 4, revision: { number: 1, digest, time: 1 }, udp: hash('sha256', '[]') };
    const text = `${JSON.stringify(head)}\n[]\n${odd}`;
    writeFileSync(join(directory, `revision-${digest}.gz`), gzipSync(text));
    expect(await loadRevision(directory, digest)).toBeUndefined();
  });
});

describe('what was compiled', () => {
  const options = '0123456789abcdef'.repeat(4);
  const remembered = (n: number, more: Partial<Remembered> = {}): Remembered => ({
    options,
    frame: '',
    facts: '{}',
    items: Array.from({ length: 2_000 }, (_, index) => ({
      hash: hash('sha256', `${index} ${index === 70 ? n : 0}`),
      identity: `Service shop/web-${index}`,
      service: `shop/web-${index}`,
      claims: [`10.96.0.${index % 256}`],
    })),
    entangled: [],
    flowServices: [],
    text: `table ip natc {\n${Array.from({ length: 9_000 }, (_, i) => `\t${i === 5_000 ? n : i}.1.1.1,\n`).join('')}}\n`,
    ...more,
  });
  const load = () => loadRemembered(directory, options);
  const withoutOrigin = (value: Remembered | undefined) => ({ ...value, origin: undefined });

  test('is kept as what changed, and comes back', async () => {
    await storeRemembered(directory, remembered(0));
    const whole = sizes();
    for (let n = 1; n < 9; n++) {
      await storeRemembered(directory, remembered(n, { origin: (await load())?.origin }));
      expect(withoutOrigin(await load())).toEqual(withoutOrigin(remembered(n)));
    }
    expect(readdirSync(directory)).toHaveLength(2);
    expect(sizes() / whole).toBeLessThan(1.05);
  });

  test('is that of before where the change is damaged, and nothing where all is', async () => {
    await storeRemembered(directory, remembered(0));
    await storeRemembered(directory, remembered(1, { origin: (await load())?.origin }));
    const [changes = '', whole = ''] = readdirSync(directory).sort();
    const bytes = readFileSync(join(directory, changes));
    for (const damaged of ['', 'x', bytes.subarray(0, -9), gzipSync('{"format":2}\n[[1]]\n')]) {
      writeFileSync(join(directory, changes), damaged);
      expect((await load())?.text).toBe(remembered(0).text);
    }
    const text = gunzipSync(readFileSync(join(directory, whole))).toString();
    for (const damaged of ['', 'x', gzipSync(text.replace('1.1.1', '6.6.6')), gzipSync('null\n')]) {
      writeFileSync(join(directory, whole), damaged);
      expect(await load()).toBeUndefined();
    }
  });

  test('of a shape that natc never writes is nothing', async () => {
    const odd: readonly object[] = [
      { items: null },
      { items: [{ hash: 1, claims: [] }] },
      { items: [{ hash: 'x', claims: ['\n'] }] },
      { flowServices: [{ family: 'IPv4' }] },
      { frame: 1 },
      { facts: null },
      { entangled: {} },
    ];
    for (const more of odd) {
      await storeRemembered(directory, { ...remembered(0), ...more } as Remembered);
      expect([more, await load()]).toEqual([more, undefined]);
    }
    await storeRemembered(directory, remembered(0));
    expect(await load()).toBeDefined();
  });
});
