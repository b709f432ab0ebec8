import { expect, test } from 'vitest';
import type { Key, Ruleset, SetElement } from '../../src/ruleset/ast.ts';
import { verifyRuleset } from '../../src/ruleset/verify.ts';

/** A ruleset of one set with these keys. */
function setOf(...keys: readonly Key[]): Ruleset {
  const elements = keys.map((key): SetElement => ({ key }));
  const key = (keys[0] ?? []).map(() => 'daddr' as const);
  const set = { kind: 'set' as const, name: 's', key, interval: false, elements };
  return { tables: [{ family: 'ip', name: 'natc', collections: [set], chains: [] }] };
}

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
  for (const keys of sets) expect(verifyRuleset(setOf(...keys))).toEqual([]);
});

test('a key that stands twice is found, neighbours or not', () => {
  expect(verifyRuleset(setOf(['10.0.0.1'], ['10.0.0.1']))).toEqual(twice('10.0.0.1'));
  expect(verifyRuleset(setOf(['10.0.0.2'], ['10.0.0.1'], ['10.0.0.2']))).toEqual(twice('10.0.0.2'));
  expect(verifyRuleset(setOf([80], [80]))).toEqual(twice('80'));
  expect(verifyRuleset(setOf(['tcp', 80], ['udp', 80], ['tcp', 80]))).toEqual(twice('tcp . 80'));
  const run: readonly Key[] = [
    ['a', 80, 0],
    ['a', 80, 1],
    ['a', 80, 2],
  ];
  expect(verifyRuleset(setOf(...run, ['a', 80, 2]))).toEqual(twice('a . 80 . 2'));
  expect(verifyRuleset(setOf(...run, ['b', 80, 0], ['a', 80, 1]))).toEqual(twice('a . 80 . 1'));
});

test('among keys of the same first part too', () => {
  const keys: readonly Key[] = [
    ['a', 80, 0],
    ['a', 81, 0],
    ['a', 82, 0],
    ['a', 81, 0],
  ];
  expect(verifyRuleset(setOf(...keys))).toEqual(twice('a . 81 . 0'));
});

test('a key of another length than its set has is a defect', () => {
  expect(verifyRuleset(setOf(['a', 80], ['b']))).toEqual(['table ip natc: s: b has not 2 parts']);
});
