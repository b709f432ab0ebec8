import { expect, test } from 'vitest';
import type { Collection, Key, SetElement } from '../../src/nftables/ast.ts';
import { verifyRuleset } from '../../src/nftables/verify.ts';

/** What a set of intervals and a map with these keys are found to lack, which is to be the same. */
function defectsOf(...keys: readonly Key[]): readonly string[] {
  const key = (keys[0] ?? []).map(() => 'daddr' as const);
  const set: Collection = { ...head, key, kind: 'set', interval: true, elements: keysOnly(keys) };
  const elements = keysOnly(keys).map((element) => ({ ...element, value: ['10.0.0.1'] }));
  const map: Collection = { ...head, key, kind: 'data-map', value: ['daddr'], elements };
  const [found, alike] = [set, map].map((collection) =>
    verifyRuleset({
      tables: [{ family: 'ip', name: 'natc', collections: [collection], chains: [] }],
    }),
  );
  expect(alike).toEqual(found);
  return found ?? [];
}

const head = { name: 's' };
const keysOnly = (keys: readonly Key[]): readonly SetElement[] => keys.map((key) => ({ key }));

const twice = (key: string): readonly string[] => [`table ip natc: s: ${key} stands twice`];

test('keys that differ somewhere are distinct', () => {
  const sets: readonly (readonly Key[])[] = [
    [],
    [['10.0.0.1'], ['10.0.0.2']],
    [
      ['tcp', 80],
      ['udp', 80],
      ['tcp', 81],
      ['udp', 79],
    ],
    [
      ['a', 80, 0],
      ['a', 80, 1],
      ['a', 81, 0],
      ['b', 80, 0],
    ],
    [
      ['a', 'a', 'tcp', 80],
      ['a', 'a', 'tcp', 79],
      ['a', 'b', 'tcp', 80],
      ['a', 'a', 'udp', 80],
    ],
  ];
  for (const keys of sets) expect(defectsOf(...keys)).toEqual([]);
});

test('a key that stands twice is found, neighbours or not', () => {
  expect(defectsOf(['10.0.0.1'], ['10.0.0.1'])).toEqual(twice('10.0.0.1'));
  expect(defectsOf(['10.0.0.2'], ['10.0.0.1'], ['10.0.0.2'])).toEqual(twice('10.0.0.2'));
  expect(defectsOf([80], [80])).toEqual(twice('80'));
  expect(defectsOf(['tcp', 80], ['udp', 80], ['tcp', 80])).toEqual(twice('tcp . 80'));
  const run: readonly Key[] = [
    ['a', 80, 0],
    ['a', 80, 1],
    ['a', 80, 2],
  ];
  expect(defectsOf(...run, ['a', 80, 2])).toEqual(twice('a . 80 . 2'));
  expect(defectsOf(...run, ['b', 80, 0], ['a', 80, 1])).toEqual(twice('a . 80 . 1'));
});

test('among keys of the same first part too', () => {
  const keys: readonly Key[] = [
    ['a', 80, 0],
    ['a', 81, 0],
    ['a', 82, 0],
    ['a', 81, 0],
  ];
  expect(defectsOf(...keys)).toEqual(twice('a . 81 . 0'));
});

test('a key of another length than its set has is a defect', () => {
  expect(defectsOf(['a', 80], ['b'])).toEqual(['table ip natc: s: b has not 2 parts']);
});
