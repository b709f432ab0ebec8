/** What the state directory keeps of rulesets: how much, whether it comes back, and what is believed. */

import { hash } from 'node:crypto';
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
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CanonicalTable } from '../../../src/nftables/canonical/canonical.ts';
import { recordOf } from '../../../src/nftables/canonical/write.ts';
import {
  areWhole,
  canonicalOf,
  digestOf,
  type FragmentContent,
  type FragmentRecord,
  type WrittenRuleset,
} from '../../../src/nftables/canonical/written.ts';
import {
  loadCompilation,
  pruneCompilations,
  storeCompilation,
} from '../../../src/nftables/host/compilation-store.ts';
import {
  listRevisions,
  loadRevision,
  pruneRevisions,
  storeRevision,
} from '../../../src/nftables/host/revision-store.ts';
import type { KnownCompilation, KnownGroup } from '../../../src/recompile/known.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'natc-store-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const shared: CanonicalTable = {
  family: 'ip',
  name: 'natc',
  comment: undefined,
  collections: new Map([
    [
      'endpoints',
      {
        kind: 'map',
        declaration: 'typeof ip daddr . tcp dport : ip daddr . tcp dport',
        comment: 'endpoints',
        merges: false,
        isDynamic: false,
        elements: new Map<string, string>(),
      },
    ],
  ]),
  chains: new Map([['pick', { hook: '', rules: ['dnat ip to ip daddr map @endpoints'] }]]),
};

const contentOf = (elements: readonly string[], name = 'shop/web:http'): FragmentContent => ({
  groups: [{ collection: 'endpoints', owner: 0, elements }],
  collections: new Map(),
  chains: new Map(),
  owners: [{ name, lines: ['ClusterIP, TCP 80'] }],
});

const elementsFor = (n: number, isMoved: boolean): readonly string[] =>
  Array.from({ length: 10 }, (_, i) => [
    `10.96.${n >> 8}.${n & 255} . 80 . ${i}`,
    ` : 10.180.${isMoved ? 9 : n % 256}.${i} . 8080`,
  ]).flat();

/** Many Services; those of `moved` have other endpoints. Records that did not change are the same ones. */
const records = new Map<string, FragmentRecord>();
function rulesetWith(moved: readonly number[]): WrittenRuleset {
  const fragments = new Map<string, FragmentRecord>();
  for (let n = 0; n < 2_000; n++) {
    const key = `${n} ${moved.includes(n)}`;
    const record =
      records.get(key) ?? recordOf(contentOf(elementsFor(n, moved.includes(n)), `shop/web-${n}`));
    records.set(key, record);
    fragments.set(`shop/web-${n}`, record);
  }
  return { tables: [{ shared, fragments }] };
}

async function store(number: number, ruleset: WrittenRuleset) {
  const revision = { number, digest: digestOf(ruleset), time: 1000 + number };
  await storeRevision(directory, { revision, ruleset, flowServices: [] });
  return loadRevision(directory, revision.digest);
}

const packNames = () => readdirSync(directory).filter((name) => name.endsWith('.pack'));

const sizes = () =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

describe('revisions', () => {
  test('of a large ruleset that changes little take little more than one, however many', async () => {
    await store(1, rulesetWith([]));
    const first = sizes();
    for (let number = 2; number <= 20; number++) {
      const ruleset = rulesetWith(Array.from({ length: number }, (_, n) => n * 7));
      const stored = await store(number, ruleset);
      expect(canonicalOf(stored?.ruleset ?? { tables: [] })).toEqual(canonicalOf(ruleset));
      await pruneRevisions(directory);
    }
    expect(sizes() / first).toBeLessThan(2.6);
    const numbers = (await listRevisions(directory)).map(({ number }) => number);
    expect(numbers).toEqual([20, 19, 18, 17, 16]);
    for (const { digest } of await listRevisions(directory))
      expect(areWhole((await loadRevision(directory, digest))?.ruleset ?? { tables: [] })).toBe(
        true,
      );
  });

  test('are told apart by what the kernel gets, and not by comments', () => {
    const digest = (content: FragmentContent) => recordOf(content).digest;
    const elements = elementsFor(1, false);
    expect(digest(contentOf(elements, 'shop/web:https'))).toBe(digest(contentOf(elements)));
    expect(digest(contentOf(elementsFor(1, true)))).not.toBe(digest(contentOf(elements)));
  });

  /** Every one is stored with the digest that it has: only its form is wrong. */
  const hostile: readonly (readonly [string, readonly [string, string]])[] = [
    ['a line feed in a key', ['10.0.0.1 . 80\nadd table ip x', ' : 10.0.0.2 . 80']],
    ['a second command in a key', ['10.0.0.1 . 80 }; flush ruleset; #', ' : 10.0.0.2 . 80']],
    ['a line feed in a value', ['10.0.0.1 . 80', ' : 10.0.0.2 . 80\nflush ruleset']],
    ['a brace in a value', ['10.0.0.1 . 80', ' : 10.0.0.2 . 80 }']],
    ['an open quote', ['10.0.0.1 . 80', ' comment "x : 10.0.0.2 . 80']],
    ['a quote within a comment', ['10.0.0.1 . 80', ' comment "x" }; flush ruleset; "" : 1 . 80']],
    ['an escape sequence', ['10.0.0.1 . 80', ' comment "\u001b[2J" : 10.0.0.2 . 80']],
    ['a variable', ['$evil', '']],
  ];

  const oneService = (content: FragmentContent): WrittenRuleset => ({
    tables: [{ shared, fragments: new Map([['shop/web', recordOf(content)]]) }],
  });
  const isRead = async (ruleset: WrittenRuleset): Promise<boolean> => {
    const stored = await store(1, ruleset);
    return stored !== undefined && areWhole(stored.ruleset);
  };

  test.each(hostile)('with %s are not read', async (_, element) => {
    const sound = contentOf(['10.0.0.3 . 80', ' : 10.0.0.4 . 80']);
    expect(await isRead(oneService(sound))).toBe(true);
    expect(await isRead(oneService(contentOf(element)))).toBe(false);
  });

  test.each<readonly [string, FragmentContent]>([
    ['chain', { ...contentOf([]), chains: new Map([['x { }; y', { hook: '', rules: [] }]]) }],
    [
      'rule',
      {
        ...contentOf([]),
        chains: new Map([['x', { hook: '', rules: ['accept; flush ruleset'] }]]),
      },
    ],
    [
      'declaration',
      {
        ...contentOf([]),
        collections: new Map([
          [
            'x',
            { ...shared.collections.get('endpoints')!, declaration: 'typeof ip daddr; } ; x {' },
          ],
        ]),
      },
    ],
    ['group', { ...contentOf([]), groups: [{ collection: 'x {', owner: 0, elements: [] }] }],
  ])('with an odd %s of a Service are not read', async (_, content) => {
    expect(await isRead(oneService(content))).toBe(false);
  });

  const changed = (change: Partial<CanonicalTable>): CanonicalTable => ({ ...shared, ...change });
  const chain = (name: string, hook: string, rule: string): Partial<CanonicalTable> => ({
    chains: new Map([[name, { hook, rules: [rule] }]]),
  });

  test.each<readonly [string, CanonicalTable]>([
    ['rule', changed(chain('pick', '', 'accept; flush ruleset; dnat ip to 1'))],
    ['rule with a line feed', changed(chain('pick', '', 'accept\nflush ruleset'))],
    ['hook', changed(chain('pick', 'type nat hook x priority 0; }; x', 'accept'))],
    ['chain', changed(chain('pick { }; x', '', 'accept'))],
    ['table', changed({ name: 'filter' })],
    ['family', changed({ family: 'inet' as 'ip' })],
  ])('with an odd %s that is shared are not read', async (_, table) => {
    const fragments = new Map([['shop/web', recordOf(contentOf(['10.0.0.3 . 80', '']))]]);
    const ruleset: WrittenRuleset = { tables: [{ shared: table, fragments }] };
    expect(await store(1, ruleset)).toBeUndefined();
  });

  test('whose places lie beside their fragments are not read', async () => {
    const ruleset = oneService(contentOf(['10.0.0.3 . 80', '']));
    await store(1, ruleset);
    const path = join(directory, `revision-${digestOf(ruleset)}.gz`);
    const lines = gunzipSync(readFileSync(path)).toString().split('\n');
    const load = async (place: string) => {
      const body = lines.map((line, index) => (index === 2 ? place : line)).slice(1);
      const head = (lines[0] ?? '').replace(
        /"text":"\w+"/,
        `"text":"${hash('sha256', body.join('\n'))}"`,
      );
      writeFileSync(path, gzipSync([head, ...body].join('\n')));
      return loadRevision(directory, digestOf(ruleset));
    };
    const row = Buffer.from(lines[2] ?? '', 'base64');
    expect(await load(row.toString('base64'))).toBeDefined();
    for (const field of [0, 4, 8, 12]) {
      const odd = Buffer.from(row);
      odd.writeUInt32LE(0x7fffffff, field);
      expect([field, await load(odd.toString('base64'))]).toEqual([field, undefined]);
    }
    expect(await load(row.subarray(1).toString('base64'))).toBeUndefined();
    expect(await load(Buffer.concat([row, row]).toString('base64'))).toBeUndefined();
  });
});

describe('what was compiled', () => {
  const options = '0123456789abcdef'.repeat(4);
  const group = (n: number): KnownGroup => ({
    ties: { claims: [`10.96.0.${n} 80`], owns: [`10.96.0.${n}`], uses: ['10.1.0.1', '10.1.0.2'] },
    isWarned: n === 1,
    isNoted: n === 2,
    flowServices: [],
    families: new Map([
      [
        'IPv4',
        {
          fragment: {
            record: recordOf(contentOf([`10.96.0.${n} . 80 . 0`, ' : 10.1.0.1 . 8080'])),
            share: { used: ['endpoints'], chains: { pick: ['accept'] } },
          },
          clusterIP: `10.96.0.${n}`,
          otherProxyClusterIPs: n === 3 ? ['10.96.0.99'] : [],
        },
      ],
    ]),
  });
  const known = (more: Partial<KnownCompilation> = {}): KnownCompilation => ({
    options,
    frame: 'frame',
    facts: '{}',
    objects: [{ hash: 'a', identity: 'Service shop/web-1', group: 'shop/web-1' }],
    nodes: [{ name: 'node-b', addresses: ['192.168.0.2'], podCIDRs: ['10.1.0.0/16'] }],
    groups: new Map([1, 2, 3].map((n) => [`shop/web-${n}`, group(n)] as const)),
    ...more,
  });
  const load = () => loadCompilation(directory, options);
  const plain = (compilation: KnownCompilation | undefined): unknown =>
    JSON.parse(
      JSON.stringify(compilation, (key, value: unknown) => {
        if (value instanceof Map) return [...value];
        return key === 'record' ? (value as FragmentRecord).read() : value;
      }),
    );

  test('comes back', async () => {
    await storeCompilation(directory, known());
    expect(plain(await load())).toEqual(plain(known()));
    expect(await loadCompilation(directory, 'f'.repeat(64))).toBeUndefined();
  });

  test('packs go with the last revision or compilation that needs them', async () => {
    const ruleset = (n: number): WrittenRuleset => ({
      tables: [
        { shared, fragments: new Map([['shop/web', recordOf(contentOf(elementsFor(n, false)))]]) },
      ],
    });
    for (let number = 1; number <= 8; number++) await store(number, ruleset(number));
    for (const name of readdirSync(directory)) utimesSync(join(directory, name), 0, 0);
    await pruneRevisions(directory);
    await pruneCompilations(directory);
    expect(readdirSync(directory).filter((name) => name.endsWith('.pack'))).toHaveLength(5);
  });

  test('shares its fragments with the revision', async () => {
    const compilation = known();
    const fragments = new Map(
      [...compilation.groups].flatMap(([name, { families }]) => {
        const record = families.get('IPv4')?.fragment?.record;
        return record === undefined ? [] : [[name, record] as const];
      }),
    );
    await store(1, { tables: [{ shared, fragments }] });
    await storeCompilation(directory, compilation);
    expect(readdirSync(directory).filter((name) => name.endsWith('.pack'))).toHaveLength(1);
  });

  test('keeps a fragment once, whoever compiled it', async () => {
    await storeCompilation(directory, known());
    const [first] = packNames();
    const others = [2, 3, 4].map((n) => [`shop/web-${n}`, group(n)] as const);
    await storeCompilation(directory, known({ options: 'f'.repeat(64), groups: new Map(others) }));
    const [second] = packNames().filter((name) => name !== first);
    expect(packNames()).toHaveLength(2);
    expect(readFileSync(join(directory, second!), 'latin1').match(/shop\/web/g)).toHaveLength(1);
    expect((await loadCompilation(directory, 'f'.repeat(64)))?.groups.size).toBe(3);
  });

  test('is nothing where a part of it is damaged', async () => {
    await storeCompilation(directory, known());
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      const bytes = readFileSync(path);
      for (const damaged of ['', 'x', bytes.subarray(0, -9)]) {
        writeFileSync(path, damaged);
        expect([name, await load()]).toEqual([name, undefined]);
      }
      writeFileSync(path, bytes);
    }
    expect(await load()).toBeDefined();
  });

  test('of a shape that natc never writes is nothing', async () => {
    const [odd] = [group(1)];
    const withGroup = (more: object) => ({
      groups: new Map([['shop/web-1', { ...odd, ...more } as KnownGroup]]),
    });
    const family = odd.families.get('IPv4')!;
    const withFamily = (more: object) =>
      withGroup({ families: new Map([['IPv4', { ...family, ...more }]]) });
    const withShare = (more: object) =>
      withFamily({
        fragment: { ...family.fragment!, share: { ...family.fragment!.share, ...more } },
      });
    const oddities: readonly object[] = [
      { frame: 1 },
      { facts: null },
      { nodes: [{ name: 1 }] },
      { objects: [{ hash: '\n', identity: '', group: '' }] },
      withGroup({ ties: { claims: ['\n'], owns: [], uses: [] } }),
      withGroup({ flowServices: [{ family: 'IPv4' }] }),
      withFamily({ clusterIP: '10.96.0.1 }; flush ruleset' }),
      withFamily({ otherProxyClusterIPs: ['x'] }),
      withShare({ chains: { 'a {': ['accept'] } }),
      withShare({ chains: { a: ['accept; flush ruleset'] } }),
      withShare({ used: ['a }; flush ruleset'] }),
    ];
    for (const more of oddities) {
      await storeCompilation(directory, known(more));
      expect([more, await load()]).toEqual([more, undefined]);
    }
  });
});
